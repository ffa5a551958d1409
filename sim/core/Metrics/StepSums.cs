using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics;

/// <summary>Closed sums over the steps of a span: step j lasts d_j = first + j * growth picoseconds.</summary>
/// <remarks>
/// With n steps, sum d_j = n * first + growth * n(n-1)/2 and sum j * d_j = first * n(n-1)/2 + growth * (n-1)n(2n-1)/6. A quantity
/// that is a + j * b in step j has the exact time integral a * <see cref="Duration"/> + b * <see cref="Moment"/>.
/// </remarks>
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
        long n = span.Steps;
        Indices = n * (n - 1) / 2;
        Duration = (n * span.FirstStepPs) + (span.StepGrowthPs * Indices);
        Int128 squares = Math.BigMul(Indices, (2 * n) - 1) / 3;
        Moment = Math.BigMul(span.FirstStepPs, Indices) + (squares * span.StepGrowthPs);
    }
}
