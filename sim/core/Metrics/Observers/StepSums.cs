using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Closed sums over the steps of a span (<see cref="StepSeries"/>).</summary>
/// <remarks>A quantity that is a + j * b in step j has the exact time integral a * <see cref="Duration"/> + b *
/// <see cref="Moment"/>.</remarks>
internal readonly struct StepSums
{
    /// <summary>Sum of the durations, picoseconds; a stall before the first step is no step.</summary>
    public readonly long Duration;

    /// <summary>Sum of j times the duration, picoseconds.</summary>
    public readonly Int128 Moment;

    /// <summary>Sum of j: n(n-1)/2.</summary>
    public readonly long Indices;

    public StepSums(in IterationSpan span)
    {
        StepSeries steps = span.Durations;
        Indices = StepSeries.Pairs(span.Steps);
        Duration = steps.Sum(span.Steps);
        Moment = steps.Moment(span.Steps);
    }
}
