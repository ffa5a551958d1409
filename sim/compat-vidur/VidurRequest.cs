
namespace ELLM.Sim.Compat.Vidur;

/// <summary>A request as Vidur keeps it: prompt P, output D, tokens done n, and when things happened (seconds).</summary>
/// <remarks>
/// An iteration adds its tokens to n; the one that brings n to P ends the prefill and adds one more, the first output token. The
/// request has ended at n = P + D, so D tokens take one prefill end and D - 1 decodes.
/// </remarks>
public sealed class VidurRequest(int id, double arrivedAt, int prompt, int output)
{
    public int Id { get; } = id;

    public double ArrivedAt { get; } = arrivedAt;

    /// <summary>Tokens to prefill: the prompt, and after a restart what had been done until then.</summary>
    public int Prompt { get; private set; } = prompt;

    /// <summary>Tokens to generate after the prefill; shrinks with restarts.</summary>
    public int Output { get; private set; } = output;

    public int OriginalPrompt { get; } = prompt;

    public int OriginalOutput { get; } = output;

    public int Done { get; private set; }

    public bool PrefillComplete { get; private set; }

    public bool Completed { get; private set; }

    /// <summary>In a batch since it was admitted or restarted.</summary>
    public bool Scheduled { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>Batches it was part of.</summary>
    public int Iterations { get; private set; }

    /// <summary>Tokens whose KV restarts threw away.</summary>
    public long RecomputedTokens { get; private set; }

    public int Replica { get; internal set; }

    /// <summary>Start of its first batch; null until then. Restarts keep it.</summary>
    public double? FirstScheduledAt { get; private set; }

    public double? FirstTokenAt { get; private set; }

    public double? CompletedAt { get; private set; }

    /// <summary>Time in stages, summed over them.</summary>
    public double ExecutionTime { get; private set; }

    /// <summary>Time between the end of one stage and the start of the next one that ran it.</summary>
    public double PreemptedTime { get; private set; }

    /// <summary>Decode tokens have come: more than the one of the prefill since the last restart.</summary>
    internal bool StartedDecode => Done > Prompt + 1;

    /// <summary>From the previous iteration's end to the current one's start.</summary>
    internal double IterationDelay { get; private set; }

    private double LastIterationEnd { get; set; }

    private double? LastStageEnd { get; set; }

    internal void OnBatchScheduled(double time)
    {
        Iterations++;
        IterationDelay = time - LastIterationEnd;
        if (!Scheduled && Restarts == 0)
            FirstScheduledAt = time;
        Scheduled = true;
    }

    internal void OnBatchEnd(double time, int tokens, VidurQuirks quirks)
    {
        Done += tokens;
        LastIterationEnd = time;
        if (Done == Prompt)
        {
            PrefillComplete = true;
            Done++;
            if (FirstTokenAt is null || (quirks.ZeroTimeIsUnset && FirstTokenAt == 0))
                FirstTokenAt = time;
        }
        if (Done > Prompt + Output)
            throw new InvalidOperationException($"request {Id} has {Done} tokens of {Prompt + Output}");
        if (Done == Prompt + Output)
        {
            Completed = true;
            CompletedAt = time;
        }
    }

    internal void OnStageScheduled(double time, VidurQuirks quirks)
    {
        // A first stage that ended at time zero reads as no stage yet: the count starts anew.
        if (LastStageEnd is not { } end || (quirks.ZeroTimeIsUnset && end == 0))
            PreemptedTime = 0;
        else
            PreemptedTime += time - end;
    }

    internal void OnStageEnd(double time, double duration)
    {
        ExecutionTime += duration;
        LastStageEnd = time;
    }

    /// <summary>Loses its KV: what was done becomes prompt, what is missing output.</summary>
    internal void Restart(VidurQuirks quirks)
    {
        RecomputedTokens += PrefillComplete ? Done - 1 : Done;
        if (PrefillComplete || quirks.RestartCutsPrompt)
        {
            int total = Prompt + Output;
            Prompt = Done;
            Output = total - Done;
        }
        Done = 0;
        Scheduled = false;
        PrefillComplete = false;
        Restarts++;
    }
}
