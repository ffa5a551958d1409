using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>What a scheduler learns from a span that has ended. All in picoseconds.</summary>
/// <param name="StartPs">When its first step began to compute.</param>
/// <param name="Steps">Steps of the span.</param>
/// <param name="Durations">How long each took.</param>
/// <param name="LastStepEndPs">When the decode step before the span ended; -1 when the span decoded nothing.</param>
/// <param name="LatestFirstTokenPs">The largest TTFT among the first tokens it emitted; -1 when it emitted none.</param>
/// <param name="HeldSincePs">When the decode step before ended, where decodes waited through prefills; -1 when none waited.</param>
/// <param name="HeadArrivalPs">When the request that now heads the queue arrived; -1 when no request waits for a first token.</param>
public readonly record struct IterationOutcome(
    long StartPs,
    long Steps,
    StepSeries Durations,
    long LastStepEndPs,
    long HeldSincePs,
    long LatestFirstTokenPs,
    long HeadArrivalPs)
{
    /// <summary>When step number <paramref name="steps"/>, counted from 1, ended.</summary>
    public long EndOf(long steps) => StartPs + Durations.Sum(steps);
}
