namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Exact quantiles without sorting everything: a histogram says in which buckets the wanted ranks lie, only those are
/// sorted.</summary>
/// <remarks>Same definition and same results as <see cref="Distribution.FromSorted"/>, in two passes over the values.</remarks>
internal static class ExactQuantiles
{
    private static readonly int[] Permilles = [500, 900, 950, 990];

    /// <param name="values">Not negative, in any order; left as they are.</param>
    public static Distribution Of(ReadOnlySpan<long> values)
    {
        if (values.IsEmpty)
            return default;
        LogHistogram histogram = new();
        foreach (long value in values)
            histogram.Add(value, 1);

        // Ranks below and above each quantile, ascending.
        long[] ranks = new long[2 * Permilles.Length];
        for (int i = 0; i < Permilles.Length; i++)
        {
            ranks[2 * i] = (values.Length - 1) * (long)Permilles[i] / 1000;
            ranks[(2 * i) + 1] = Math.Min(ranks[2 * i] + 1, values.Length - 1);
        }
        long[] atRanks = Select(values, histogram, ranks);
        long[] quantiles = new long[Permilles.Length];
        for (int i = 0; i < quantiles.Length; i++)
            quantiles[i] = Distribution.Between(atRanks[2 * i], atRanks[(2 * i) + 1], (values.Length - 1) * (long)Permilles[i] % 1000);
        return new Distribution(
            values.Length, Distribution.Mean(histogram.Sum, values.Length), quantiles[0], quantiles[1], quantiles[2], quantiles[3],
            histogram.Max);
    }

    private static long[] Select(ReadOnlySpan<long> values, LogHistogram histogram, long[] ranks)
    {
        // Skipped: values in buckets that hold no wanted rank, and how many of those lie before each wanted one.
        bool[] wanted = new bool[histogram.Counts.Length];
        long[] skipped = new long[ranks.Length];
        long before = 0, left = 0;
        int next = 0;
        for (int bucket = 0; next < ranks.Length; bucket++)
        {
            long end = before + histogram.Counts[bucket];
            if (ranks[next] < end)
                wanted[bucket] = true;
            else
                left += histogram.Counts[bucket];
            while (next < ranks.Length && ranks[next] < end)
                skipped[next++] = left;
            before = end;
        }
        List<long> kept = [];
        foreach (long value in values)
        {
            if (wanted[LogHistogram.Bucket(value)])
                kept.Add(value);
        }
        kept.Sort();
        return Array.ConvertAll(Enumerable.Range(0, ranks.Length).ToArray(), i => kept[(int)(ranks[i] - skipped[i])]);
    }
}
