using ELLM.Sim.Time;

namespace ELLM.Sim.Workload;

/// <summary>Lengths of one kind [tokens]. Percentiles are the smallest length that this share of the requests does not exceed.</summary>
public sealed record LengthStatistics(double Mean, int P50, int P90, int P99, int Max);

/// <summary>What a trace looks like: load, burstiness, lengths.</summary>
public sealed record TraceStatistics
{
    public required int Requests { get; init; }

    /// <summary>First to last arrival [s].</summary>
    public required double SpanS { get; init; }

    /// <summary>Gaps over span: (requests - 1) / span; 0 for a span of 0.</summary>
    public required double RatePerS { get; init; }

    /// <summary>Standard deviation over mean of the gaps; 1 for Poisson.</summary>
    public required double GapCv { get; init; }

    /// <summary>Index of dispersion of counts in whole windows of 1, 10 and 60 s: variance over mean; 1 for Poisson, NaN below two
    /// windows.</summary>
    public required double Idc1S { get; init; }

    public required double Idc10S { get; init; }

    public required double Idc60S { get; init; }

    /// <summary>Busiest whole minute over the mean of whole minutes; NaN when there is none.</summary>
    public required double PeakToMeanPerMinute { get; init; }

    public required LengthStatistics Input { get; init; }

    public required LengthStatistics Output { get; init; }

    /// <summary>Spearman's rank correlation of input and output length.</summary>
    public required double InputOutputSpearman { get; init; }

    public required int Models { get; init; }

    public static TraceStatistics Of(Trace trace)
    {
        long[] times = trace.ArrivalPs;
        double span = trace.Count > 0 ? new SimTime(times[^1] - times[0]).Seconds : 0;
        return new TraceStatistics
        {
            Requests = trace.Count,
            SpanS = span,
            RatePerS = span > 0 ? (trace.Count - 1) / span : 0,
            GapCv = CvOfGaps(times),
            Idc1S = IndexOfDispersion(times, SimTime.PsPerSecond),
            Idc10S = IndexOfDispersion(times, 10 * SimTime.PsPerSecond),
            Idc60S = IndexOfDispersion(times, 60 * SimTime.PsPerSecond),
            PeakToMeanPerMinute = PeakToMean(times, 60 * SimTime.PsPerSecond),
            Input = Lengths(trace.InputTokens),
            Output = Lengths(trace.OutputTokens),
            InputOutputSpearman = Spearman(trace.InputTokens, trace.OutputTokens),
            Models = trace.Models?.Names.Count ?? 1,
        };
    }

    /// <summary>Correlation of ranks; equal values share their mean rank. NaN when one column is constant.</summary>
    public static double Spearman(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        double[] a = Ranks(first), b = Ranks(second);
        double middle = (a.Length + 1) / 2.0;
        double product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (a[i] - middle) * (b[i] - middle);
            squareA += (a[i] - middle) * (a[i] - middle);
            squareB += (b[i] - middle) * (b[i] - middle);
        }
        return product / Math.Sqrt(squareA * squareB);
    }

    /// <summary>Variance over mean of the counts in whole windows, the last part window left out.</summary>
    internal static double IndexOfDispersion(long[] times, long windowPs)
    {
        long[] counts = Counts(times, windowPs);
        if (counts.Length < 2)
            return double.NaN;
        double mean = counts.Average(c => (double)c);
        return counts.Average(c => (c - mean) * (c - mean)) / mean;
    }

    private static LengthStatistics Lengths(int[] column)
    {
        if (column.Length == 0)
            return new LengthStatistics(0, 0, 0, 0, 0);
        int[] sorted = (int[])column.Clone();
        Array.Sort(sorted);
        long sum = 0;
        foreach (int length in sorted)
            sum += length;
        return new LengthStatistics(sum / (double)sorted.Length, At(50), At(90), At(99), sorted[^1]);

        int At(int percent) => sorted[Math.Max(0, (int)(((long)sorted.Length * percent + 99) / 100) - 1)];
    }

    private static double CvOfGaps(long[] times)
    {
        if (times.Length < 2)
            return double.NaN;
        double mean = (times[^1] - times[0]) / (double)(times.Length - 1), squares = 0;
        for (int i = 1; i < times.Length; i++)
        {
            double off = times[i] - times[i - 1] - mean;
            squares += off * off;
        }
        return Math.Sqrt(squares / (times.Length - 1)) / mean;
    }

    private static double PeakToMean(long[] times, long windowPs)
    {
        long[] counts = Counts(times, windowPs);
        return counts.Length == 0 ? double.NaN : counts.Max() / counts.Average(c => (double)c);
    }

    private static long[] Counts(long[] times, long windowPs)
    {
        if (times.Length == 0)
            return [];
        long windows = (times[^1] - times[0]) / windowPs;
        // A span of months in seconds is a few million windows; more windows than that are not counted.
        if (windows > 50_000_000)
            return [];
        long[] counts = new long[windows];
        foreach (long time in times)
        {
            long window = (time - times[0]) / windowPs;
            if (window < windows)
                counts[window]++;
        }
        return counts;
    }

    private static double[] Ranks(ReadOnlySpan<int> column)
    {
        int[] values = column.ToArray();
        int[] order = new int[values.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(values, order);
        double[] ranks = new double[order.Length];
        for (int first = 0; first < order.Length;)
        {
            int end = first;
            while (end < order.Length && values[end] == values[first])
                end++;
            for (int i = first; i < end; i++)
                ranks[order[i]] = (first + 1 + end) / 2.0;
            first = end;
        }
        return ranks;
    }
}
