using ELLM.Sim.Metrics.Latencies;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Distributions of the latencies, six columns each.</summary>
internal static class LatencyColumns
{
    private static readonly (string Suffix, string Words, Func<Distribution, long> Value)[] Parts =
    [
        ("mean", "mean of ", d => d.MeanPs),
        ("p50", "median of ", d => d.P50Ps),
        ("p90", "90th percentile of ", d => d.P90Ps),
        ("p95", "95th percentile of ", d => d.P95Ps),
        ("p99", "99th percentile of ", d => d.P99Ps),
        ("max", "maximum of ", d => d.MaxPs),
    ];

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        .. Of("ttft", "time to first token (arrival to first output token, queueing included), completed requests", s => s.Ttft),
        .. Of("tpot", "time per output token ((end-to-end - TTFT) / (output tokens - 1)), completed requests of two tokens or more",
            s => s.Tpot),
        .. Of("itl", "inter-token latency, every gap between consecutive output tokens of a request; quantiles to 0.4 %", s => s.Itl),
        .. Of("e2e", "end-to-end latency (arrival to last output token), completed requests", s => s.EndToEnd),
        .. Of("normalized_latency", "end-to-end latency / output tokens, completed requests", s => s.Normalized),
    ];

    private static IEnumerable<SummaryColumn> Of(string name, string doc, Func<Summary, Distribution> get) =>
        Parts.Select(p => new SummaryColumn(
            $"{name}_{p.Suffix}_s",
            "s",
            Better.Lower,
            p.Words + doc,
            s => get(s).Count == 0 ? SummaryValue.Undefined : SummaryValue.Seconds(p.Value(get(s)))));
}
