namespace ELLM.Sim.Metrics.Summaries;

/// <summary>What became of the requests, and how fast.</summary>
internal static class LoadColumns
{
    private static readonly Better Load = Better.Neither("the load, not what became of it");

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        Count("requests", Load, "requests in the trace", s => s.Requests),
        Count("completed", Better.Higher, "requests that emitted every output token", s => s.Completed),
        Count("rejected", Better.Lower, "requests that could never be held", s => s.Rejected),
        Count("unfinished", Better.Lower, "requests waiting or running when the run ended", s => s.Unfinished),
        Count("clipped", Load, "requests whose output was cut to max_model_len", s => s.Clipped),
        new("window_s", "s", Better.Lower, "throughput window: first arrival to last finish", s => SummaryValue.Seconds(s.WindowPs)),
        new(
            "verdict", "", Better.InOrder("stable", "backlogged", "overloaded"),
            "stable, backlogged or overloaded: growth of the work in flight over the second half of the arrivals (1 % and 10 % of them); "
                + "of the queue alone where that half is shorter than ten times what a request may take",
            s => SummaryValue.Text(Word(s.Verdict))),
        Rate("request_throughput_per_s", "1/s", "completed requests per second of the window", s => s.RequestsPerS),
        Rate("output_throughput_tokens_per_s", "tokens/s", "output tokens per second of the window", s => s.OutputTokensPerS),
        Rate(
            "total_throughput_tokens_per_s", "tokens/s",
            "output tokens and the prompt tokens of completed requests per second of the window", s => s.TotalTokensPerS),
        Rate(
            "decode_throughput_tokens_per_s", "tokens/s",
            "tokens emitted by decode steps per second of iterations with a decoding sequence", s => s.DecodeTokensPerBusyS),
    ];

    private static SummaryColumn Count(string name, Better better, string doc, Func<Summary, long> get) =>
        new(name, "requests", better, doc, s => SummaryValue.Integer(get(s)));

    private static SummaryColumn Rate(string name, string unit, string doc, Func<Summary, double?> get) =>
        new(name, unit, Better.Higher, doc, s => SummaryValue.Real(get(s)));

    private static string Word(StabilityVerdict verdict) => verdict switch
    {
        StabilityVerdict.Stable => "stable",
        StabilityVerdict.Backlogged => "backlogged",
        _ => "overloaded",
    };
}
