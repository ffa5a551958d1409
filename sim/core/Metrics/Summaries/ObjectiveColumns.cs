namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Objectives met, and the run's oracle.</summary>
internal static class ObjectiveColumns
{
    private static readonly Better Asked = Better.Neither("what was asked for, not what was reached");
    private static readonly Better Other = Better.Neither("of the oracle's run; oracle_share says how near this one is");

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        new("slo_ttft_s", "s", Asked, "TTFT objective", s => SummaryValue.Seconds(s.Slo.TtftPs)),
        new("slo_tpot_s", "s", Asked, "TPOT objective", s => SummaryValue.Seconds(s.Slo.TpotPs)),
        Met(
            "ttft_attainment", "share of all requests that met the TTFT objective; unfinished and rejected ones missed it",
            s => s.TtftAttainment),
        Met("tpot_attainment", "share of all requests that met the TPOT objective; one-token requests meet it", s => s.TpotAttainment),
        Met("slo_attainment", "share of all requests that met every objective asked for", s => s.SloAttainment),
        new(
            "goodput_per_s", "1/s", Better.Higher, "requests that met every objective asked for per second of the window",
            s => SummaryValue.Real(s.GoodputPerS)),
        new(
            "oracle_goodput_per_s", "1/s", Other,
            "goodput of the oracle: the same scheduler and limits with live bytes only; empty when it was not run",
            s => SummaryValue.Real(s.Oracle?.GoodputPerS)),
        new(
            "oracle_output_throughput_tokens_per_s", "tokens/s", Other, "output tokens per second of the oracle",
            s => SummaryValue.Real(s.Oracle?.OutputTokensPerS)),
        new(
            "oracle_share", "1", Better.Higher, "share of the oracle reached, in the metric that oracle_metric names",
            s => SummaryValue.Real(s.Oracle?.ShareOf(s))),
        new(
            "oracle_metric", "", Better.Neither("names what oracle_share is of"),
            "goodput; output_throughput when the oracle's goodput is 0",
            s => s.Oracle is { } o ? SummaryValue.Text(o.ByGoodput ? "goodput" : "output_throughput") : SummaryValue.Undefined),
    ];

    private static SummaryColumn Met(string name, string doc, Func<Summary, double?> get) =>
        new(name, "1", Better.Higher, doc, s => SummaryValue.Real(get(s)));
}
