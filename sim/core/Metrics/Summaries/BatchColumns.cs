namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Batches, the queue before them, and what had to leave them.</summary>
internal static class BatchColumns
{
    private static readonly Better Size = Better.Neither("a larger batch serves more requests and each of them slower");

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        new("batch_mean", "sequences", Size, "sequences in an iteration, mean over iterations", s => SummaryValue.Real(s.BatchMean)),
        new(
            "batch_time_mean", "sequences", Size, "sequences in an iteration, mean weighted by the iterations' durations",
            s => SummaryValue.Real(s.BatchTimeMean)),
        new("batch_max", "sequences", Size, "most sequences in an iteration", s => SummaryValue.Integer(s.BatchMax)),
        new(
            "queue_mean", "requests", Better.Lower, "waiting requests as the scheduler saw them, mean over the window",
            s => SummaryValue.Real(s.QueueMean)),
        new("queue_max", "requests", Better.Lower, "most waiting requests", s => SummaryValue.Integer(s.QueueMax)),
        new("preemptions", "1", Better.Lower, "times a running request lost its KV", s => SummaryValue.Integer(s.Preemptions)),
        new(
            "recomputed_tokens", "tokens", Better.Lower, "KV tokens computed again after a preemption",
            s => SummaryValue.Integer(s.RecomputedTokens)),
        new("swapped_out_bytes", "bytes", Better.Lower, "KV moved to host memory", s => SummaryValue.Integer(s.SwappedOutBytes)),
        new("swapped_in_bytes", "bytes", Better.Lower, "KV moved back from host memory", s => SummaryValue.Integer(s.SwappedInBytes)),
    ];
}
