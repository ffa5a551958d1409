namespace ELLM.Sim.Experiments.Regression;

/// <summary>Which way a metric gets worse.</summary>
public enum MetricDirection
{
    /// <summary>Neither way: a count of work done, a share of memory, a name.</summary>
    None,

    LowerIsBetter,

    HigherIsBetter,
}

/// <summary>The direction of every column of a summary.</summary>
public static class MetricDirections
{
    private static readonly string[] LowerPrefixes = ["ttft_", "tpot_", "itl_", "e2e_", "normalized_latency_", "queue_", "swapped_"];

    private static readonly string[] Lower = ["rejected", "unfinished", "preemptions", "recomputed_tokens", "kv_internal_share", "kv_external_share"];

    private static readonly string[] Higher = ["completed", "goodput_per_s", "kv_useful_share"];

    public static MetricDirection Of(string column)
    {
        if (column.EndsWith("_attainment", StringComparison.Ordinal) || column.Contains("throughput", StringComparison.Ordinal) || Higher.Contains(column))
            return MetricDirection.HigherIsBetter;
        bool ledger = column.EndsWith("_total_s", StringComparison.Ordinal) || column.EndsWith("_mean_share", StringComparison.Ordinal);
        bool lower = !ledger && LowerPrefixes.Any(p => column.StartsWith(p, StringComparison.Ordinal));
        return lower || Lower.Contains(column) ? MetricDirection.LowerIsBetter : MetricDirection.None;
    }
}
