namespace ELLM.Sim.Kernels.Measure;

/// <summary>Order statistics of samples.</summary>
internal static class Statistics
{
    /// <summary>Middle value of sorted numbers, the mean of two for an even count.</summary>
    public static double Median(ReadOnlySpan<double> sorted) =>
        sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;

    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return Median(sorted);
    }

    /// <summary>Linear between the order statistics, as spreadsheets do it.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        double at = p * (sorted.Length - 1);
        int low = (int)at;
        return low + 1 < sorted.Length ? sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low])) : sorted[^1];
    }

    /// <summary>Width of the 95 % interval of the median from order statistics, as a share of the median.</summary>
    /// <remarks>Ranks n/2 ± 0.98 √n: the binomial's normal approximation, valid for any distribution of the samples.</remarks>
    public static double RelativeWidthOfMedian(ReadOnlySpan<double> sorted)
    {
        double half = 0.98 * Math.Sqrt(sorted.Length);
        int low = Math.Max((int)Math.Floor((sorted.Length / 2.0) - half) - 1, 0);
        int high = Math.Min((int)Math.Ceiling((sorted.Length / 2.0) + half), sorted.Length - 1);
        double median = Median(sorted);
        return median > 0 ? (sorted[high] - sorted[low]) / median : 0;
    }
}
