namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Mean, quantiles and maximum of a latency, in picoseconds. With <see cref="Count"/> zero nothing else is defined.</summary>
/// <remarks>
/// One definition of a quantile everywhere: linear between closest ranks. The q-quantile of n sorted values lies at rank
/// q * (n - 1), counted from 0, and is interpolated between its two neighbours (the default of NumPy and of R's type 7).
/// </remarks>
public readonly record struct Distribution(long Count, long MeanPs, long P50Ps, long P90Ps, long P95Ps, long P99Ps, long MaxPs)
{
    /// <summary>Exact, from values in ascending order; all arithmetic in integers, results rounded to the nearest picosecond.</summary>
    public static Distribution FromSorted(ReadOnlySpan<long> sorted)
    {
        if (sorted.IsEmpty)
            return default;
        Int128 sum = 0;
        foreach (long value in sorted)
            sum += value;
        return new Distribution(
            sorted.Length,
            Mean(sum, sorted.Length),
            Quantile(sorted, 500),
            Quantile(sorted, 900),
            Quantile(sorted, 950),
            Quantile(sorted, 990),
            sorted[^1]);
    }

    /// <summary>The quantile at <paramref name="permille"/> thousandths.</summary>
    public static long Quantile(ReadOnlySpan<long> sorted, int permille)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(sorted));
        ArgumentOutOfRangeException.ThrowIfNegative(permille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permille, 1000);
        (long below, long thousandths) = Math.DivRem((sorted.Length - 1) * (long)permille, 1000);
        return Between(sorted[(int)below], sorted[(int)Math.Min(below + 1, sorted.Length - 1)], thousandths);
    }

    /// <summary>Linear between two neighbours, rounded to the nearest picosecond.</summary>
    internal static long Between(long low, long high, long thousandths) =>
        low + (long)(((Int128)(high - low) * thousandths + 500) / 1000);

    /// <summary>Mean of non-negative values, rounded to the nearest picosecond.</summary>
    internal static long Mean(Int128 sum, long count) => count == 0 ? 0 : (long)((sum + (count / 2)) / count);
}
