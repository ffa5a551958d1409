namespace ELLM.Sim.Metrics.Summaries;

/// <summary>What the GPU did.</summary>
internal static class ComputeColumns
{
    private static readonly Better Work = Better.Neither("work done: more of it may be more load or more waste");

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        new(
            "mfu", "1", Better.Higher, "model FLOPs utilisation: FLOPs of prompt and output tokens, each once, / (busy time x peak)",
            s => SummaryValue.Real(s.Mfu)),
        new(
            "bandwidth_utilization", "1", Better.Neither("small batches, which read the weights more often, raise it too"),
            "(weights once an iteration + KV read by decode + KV written) / (busy time x peak bandwidth)",
            s => SummaryValue.Real(s.BandwidthUtilization)),
        new(
            "busy_share", "1", Better.Neither("less of it is a faster engine or a smaller load"),
            "share of the window with an iteration in flight, mean over replicas and their virtual engines",
            s => SummaryValue.Real(s.BusyShare)),
        new("iterations", "1", Work, "iterations", s => SummaryValue.Integer(s.Iterations)),
        new("prefill_iterations", "1", Work, "iterations with prefill tokens", s => SummaryValue.Integer(s.PrefillIterations)),
        new("prefill_tokens", "tokens", Work, "tokens computed by prefills, recomputation included",
            s => SummaryValue.Integer(s.PrefillTokens)),
        new("decode_tokens", "tokens", Work, "tokens emitted by decode steps", s => SummaryValue.Integer(s.DecodeTokens)),
    ];
}
