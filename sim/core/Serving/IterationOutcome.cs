namespace ELLM.Sim.Serving;

/// <summary>What a scheduler learns from a span that has ended. All in picoseconds.</summary>
/// <param name="StartPs">When its first step began to compute.</param>
/// <param name="Steps">Steps of the span; step j (from 0) took FirstStepPs + j * GrowthPs.</param>
/// <param name="LastStepEndPs">When the decode step before the span ended; -1 when the span decoded nothing.</param>
/// <param name="LatestFirstTokenPs">The largest TTFT among the first tokens it emitted; -1 when it emitted none.</param>
/// <param name="HeadArrivalPs">When the request that now heads the queue arrived; -1 when nobody waits for a first token.</param>
public readonly record struct IterationOutcome(
    long StartPs,
    long Steps,
    long FirstStepPs,
    long GrowthPs,
    long LastStepEndPs,
    long LatestFirstTokenPs,
    long HeadArrivalPs)
{
    /// <summary>When step number <paramref name="steps"/>, counted from 1, ended.</summary>
    public long EndOf(long steps) => StartPs + (steps * FirstStepPs) + (GrowthPs * (steps * (steps - 1) / 2));
}
