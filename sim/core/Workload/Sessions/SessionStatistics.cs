using ELLM.Sim.Time;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Workload.Sessions;

/// <summary>What the sessions of a trace look like whose turns wait for one another.</summary>
public sealed record SessionStatistics
{
    /// <summary>A turn that keeps less than this share of the last prompt has begun anew.</summary>
    private const double ResetShare = 0.5;

    public required int Sessions { get; init; }

    /// <summary>Their turns in the mean, at the median, and of the longest.</summary>
    public required double MeanTurns { get; init; }

    public required int MedianTurns { get; init; }

    public required int MostTurns { get; init; }

    /// <summary>Median think time before a later turn [s].</summary>
    public required double MedianThinkS { get; init; }

    /// <summary>Later turns.</summary>
    public required int LaterTurns { get; init; }

    /// <summary>Later turns whose prompt is shorter than the one before: its context was compacted.</summary>
    public required int Compactions { get; init; }

    /// <summary>Later turns whose prompt keeps less than half of the one before; where prompts are known.</summary>
    public required int Resets { get; init; }

    /// <summary>Null where no turn waits for another.</summary>
    public static SessionStatistics? Of(Trace trace)
    {
        if (trace.Find<SessionPlan>() is not { } plan)
            return null;
        int[] turns = [.. plan.Session.Where(s => s >= 0).CountBy(s => s).Select(count => count.Value).Order()];
        List<long> thinks = [];
        int compactions = 0, resets = 0;
        PromptPrefixes? prefixes = trace.Find<PromptPrefixes>();
        for (int turn = 0; turn < plan.Count; turn++)
        {
            int next = plan.Next[turn];
            if (next < 0)
                continue;
            thinks.Add(plan.ThinkPs[next]);
            compactions += trace.InputTokens[next] < trace.InputTokens[turn] ? 1 : 0;
            if (prefixes is not null && prefixes.Prompt[turn] >= 0 && prefixes.Prompt[next] >= 0)
            {
                int kept = prefixes.Tree.Common(prefixes.Prompt[turn], prefixes.Prompt[next]);
                resets += kept < ResetShare * trace.InputTokens[turn] ? 1 : 0;
            }
        }
        thinks.Sort();
        return new SessionStatistics
        {
            Sessions = turns.Length,
            MeanTurns = turns.Average(),
            MedianTurns = turns[(turns.Length - 1) / 2],
            MostTurns = turns[^1],
            MedianThinkS = thinks.Count == 0 ? 0 : new SimTime(thinks[(thinks.Count - 1) / 2]).Seconds,
            LaterTurns = thinks.Count,
            Compactions = compactions,
            Resets = resets,
        };
    }
}
