using System.Runtime.CompilerServices;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>What an engine executes until its next boundary: one iteration, or the decode steps of an unchanged batch.</summary>
/// <remarks>
/// Within a span the batch does not change, so its steps grow evenly (<see cref="StepSeries"/>) after the stalls of the first:
/// a span can be cut at any step boundary in O(1), to the picosecond where stepping would have stopped.
/// </remarks>
public sealed class RunningSpan
{
    /// <summary>Until <see cref="Finish"/>. What has been finished can still be read, until the next start.</summary>
    public bool Busy { get; private set; }

    public long StartPs { get; private set; }

    public long EndPs { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Durations of the steps, stalls left out.</summary>
    public StepSeries Durations { get; private set; }

    /// <summary>Waits before the first step computes.</summary>
    public SpanStalls Stalls { get; private set; }

    /// <summary>The decoding sequences take part.</summary>
    public bool WithDecodes { get; private set; }

    /// <summary>How long the first step would take without its prefill tokens; 0 when nothing decodes.</summary>
    public long DecodeOnlyPs { get; private set; }

    /// <summary>When its first step began to compute.</summary>
    public long ComputeStartPs => StartPs + Stalls.TotalPs;

    /// <summary>Starts one iteration that computes prompt chunks.</summary>
    /// <param name="durationPs">Stalls left out.</param>
    /// <param name="decodeOnlyPs">Of the decodes beside the chunks alone; null without any.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StartIteration(long nowPs, in SpanStalls stalls, long durationPs, long? decodeOnlyPs)
    {
        WithDecodes = decodeOnlyPs.HasValue;
        DecodeOnlyPs = Math.Min(durationPs, decodeOnlyPs ?? 0);
        Start(nowPs, stalls, new StepSeries(durationPs, 0), 1);
    }

    /// <summary>Starts a run of decode-only steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StartDecode(long nowPs, in SpanStalls stalls, in StepSeries durations, long steps)
    {
        WithDecodes = true;
        DecodeOnlyPs = durations.FirstPs;
        Start(nowPs, stalls, durations, steps);
    }

    /// <summary>Time from the start of the span to the end of its step number <paramref name="steps"/>, counted from 1.</summary>
    public long Duration(long steps) => checked(Stalls.TotalPs + Durations.Sum(steps));

    /// <summary>When step <paramref name="step"/>, counted from 0, begins.</summary>
    public long StartOf(long step) => step == 0 ? StartPs : StartPs + Duration(step);

    /// <summary>Ends the span at its first step boundary at or after an instant. Returns whether that is sooner.</summary>
    public bool CutAt(long ps)
    {
        if (ps >= EndPs || Steps == 1)
            return false;
        // One step more than end before the instant.
        long steps = Durations.StepsWithin(ps - ComputeStartPs - 1, Steps) + 1;
        if (steps >= Steps)
            return false;
        SetSteps(steps);
        return true;
    }

    /// <summary>Steps that ended before an instant within the span.</summary>
    public long StepsBefore(long ps) => Steps == 1 ? 0 : Durations.StepsWithin(ps - ComputeStartPs - 1, Steps);

    public void Finish() => Busy = false;

    /// <summary>How long the last step of the span computed, if that span ended right now: background work had that much time.</summary>
    public long LastStepPs(long nowPs) => EndPs == nowPs && Steps > 0 ? Durations.At(Steps - 1) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Start(long nowPs, in SpanStalls stalls, in StepSeries durations, long steps)
    {
        if (Busy)
            throw new InvalidOperationException("a span already runs");
        Busy = true;
        StartPs = nowPs;
        Stalls = stalls;
        Durations = durations;
        SetSteps(steps);
    }

    private void SetSteps(long steps)
    {
        Steps = steps;
        try
        {
            EndPs = checked(StartPs + Duration(steps));
        }
        catch (OverflowException)
        {
            throw new InputException("the run is longer than 106 days of simulated time, more than the clock can count");
        }
    }
}

/// <summary>What a span waits for before it computes, picoseconds.</summary>
/// <param name="MapPs">GPU memory to be mapped.</param>
/// <param name="TransferPs">KV to move over the host link.</param>
/// <param name="GpuPs">A pipeline stage that another micro-batch occupies.</param>
public readonly record struct SpanStalls(long MapPs, long TransferPs, long GpuPs)
{
    public long TotalPs => MapPs + TransferPs + GpuPs;
}
