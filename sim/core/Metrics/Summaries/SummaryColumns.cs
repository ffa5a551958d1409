using ELLM.Sim.Metrics.Latencies;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>One value of a summary: its name with unit, what it means, where it comes from.</summary>
public sealed record SummaryColumn(string Name, string Doc, Func<Summary, SummaryValue> Get);

/// <summary>The one table of summary metrics: summary.csv, summary.json, comparison output and their documentation read it.</summary>
public static class SummaryColumns
{
    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        new("trace", "base name of the trace", s => SummaryValue.Text(s.Label.Trace)),
        new("policy", "memory policy", s => SummaryValue.Text(s.Label.Policy)),
        new("model", "model name", s => SummaryValue.Text(s.Label.Model)),
        new("gpu", "GPU name", s => SummaryValue.Text(s.Label.Gpu)),
        new("tp", "tensor-parallel ranks", s => SummaryValue.Integer(s.Label.Tp)),
        new("pp", "pipeline-parallel stages", s => SummaryValue.Integer(s.Label.Pp)),
        new("seed", "seed of everything random in the run", s => SummaryValue.Integer(s.Label.Seed)),
        new("requests", "requests in the trace", s => SummaryValue.Integer(s.Requests)),
        new("completed", "requests that emitted every output token", s => SummaryValue.Integer(s.Completed)),
        new("rejected", "requests that could never be held", s => SummaryValue.Integer(s.Rejected)),
        new("unfinished", "requests waiting or running when the run ended", s => SummaryValue.Integer(s.Unfinished)),
        new("clipped", "requests whose output was cut to max_model_len", s => SummaryValue.Integer(s.Clipped)),
        new("window_s", "throughput window: first arrival to last finish", s => SummaryValue.Seconds(s.WindowPs)),
        new("verdict", "stable, backlogged or overloaded: growth of the queue over the second half of the arrivals (1 % and 10 % of them)", s => SummaryValue.Text(Word(s.Verdict))),
        new("request_throughput_per_s", "completed requests per second of the window", s => SummaryValue.Real(s.RequestsPerS)),
        new("output_throughput_tokens_per_s", "output tokens per second of the window", s => SummaryValue.Real(s.OutputTokensPerS)),
        new("total_throughput_tokens_per_s", "output tokens and the prompt tokens of completed requests per second of the window", s => SummaryValue.Real(s.TotalTokensPerS)),
        new("decode_throughput_tokens_per_s", "tokens emitted by decode steps per second of iterations with a decoding sequence", s => SummaryValue.Real(s.DecodeTokensPerBusyS)),
        .. Latency("ttft", "time to first token (arrival to first output token, queueing included), completed requests", s => s.Ttft),
        .. Latency("tpot", "time per output token ((end-to-end - TTFT) / (output tokens - 1)), completed requests of two tokens or more", s => s.Tpot),
        .. Latency("itl", "inter-token latency, every gap between consecutive output tokens of a request; quantiles to 0.4 %", s => s.Itl),
        .. Latency("e2e", "end-to-end latency (arrival to last output token), completed requests", s => s.EndToEnd),
        .. Latency("normalized_latency", "end-to-end latency / output tokens, completed requests", s => s.Normalized),
        new("slo_ttft_s", "TTFT objective", s => SummaryValue.Seconds(s.Slo.TtftPs)),
        new("slo_tpot_s", "TPOT objective", s => SummaryValue.Seconds(s.Slo.TpotPs)),
        new("ttft_attainment", "share of all requests that met the TTFT objective; unfinished and rejected ones missed it", s => SummaryValue.Real(s.TtftAttainment)),
        new("tpot_attainment", "share of all requests that met the TPOT objective; one-token requests meet it", s => SummaryValue.Real(s.TpotAttainment)),
        new("slo_attainment", "share of all requests that met both", s => SummaryValue.Real(s.SloAttainment)),
        new("goodput_per_s", "requests that met both objectives per second of the window", s => SummaryValue.Real(s.GoodputPerS)),
        new("oracle_goodput_per_s", "goodput of the oracle: the same scheduler and limits with live bytes only; empty when it was not run", s => SummaryValue.Real(s.Oracle?.GoodputPerS)),
        new("oracle_output_throughput_tokens_per_s", "output tokens per second of the oracle", s => SummaryValue.Real(s.Oracle?.OutputTokensPerS)),
        new("oracle_share", "share of the oracle reached, in the metric that oracle_metric names", s => SummaryValue.Real(s.Oracle?.ShareOf(s))),
        new("oracle_metric", "goodput; output_throughput when the oracle's goodput is 0", s => s.Oracle is { } o ? SummaryValue.Text(o.ByGoodput ? "goodput" : "output_throughput") : SummaryValue.Undefined),
        new("batch_mean", "sequences in an iteration, mean over iterations", s => SummaryValue.Real(s.BatchMean)),
        new("batch_time_mean", "the same, weighted by the iterations' durations", s => SummaryValue.Real(s.BatchTimeMean)),
        new("batch_max", "most sequences in an iteration", s => SummaryValue.Integer(s.BatchMax)),
        new("queue_mean", "waiting requests as the scheduler saw them, mean over the window", s => SummaryValue.Real(s.QueueMean)),
        new("queue_max", "most waiting requests", s => SummaryValue.Integer(s.QueueMax)),
        new("preemptions", "times a running request lost its KV", s => SummaryValue.Integer(s.Preemptions)),
        new("recomputed_tokens", "KV tokens computed again after a preemption", s => SummaryValue.Integer(s.RecomputedTokens)),
        new("swapped_out_bytes", "KV moved to host memory", s => SummaryValue.Integer(s.SwappedOutBytes)),
        new("swapped_in_bytes", "KV moved back", s => SummaryValue.Integer(s.SwappedInBytes)),
        new("kv_utilization", "tokens in the KV cache / its capacity, time-weighted while iterations run", s => SummaryValue.Real(s.Kv.Utilization)),
        new("kv_useful_share", "tokens in the KV cache / (capacity - idle free memory)", s => SummaryValue.Real(s.Kv.LiveShare)),
        new("kv_reserved_share", "held for tokens that residents will still write, same denominator", s => SummaryValue.Real(s.Kv.ReservedShare)),
        new("kv_internal_share", "allocated and never used, same denominator", s => SummaryValue.Real(s.Kv.InternalShare)),
        new("kv_external_share", "allocator rounding, and free memory while the head of the queue does not fit, same denominator", s => SummaryValue.Real(s.Kv.ExternalShare)),
        new("kv_free_bytes", "KV pool memory of one rank that no request holds, mean over iteration time", s => SummaryValue.Real(s.KvFreeBytes)),
        new("activation_live_prefill_share", "live activations / the activation reserve, mean over iterations with prefill tokens", s => SummaryValue.Real(s.Activations.PrefillShare)),
        new("activation_live_decode_share", "the same, mean over iterations of decodes alone", s => SummaryValue.Real(s.Activations.DecodeShare)),
        new("map_work_share", "time of memory calls (map, unmap) at median prices, hidden behind iterations or not, / time of iterations", s => SummaryValue.Real(s.Calls.WorkShare(s.BusyPs))),
        new("map_stall_share", "time that iterations waited for memory calls / time of iterations", s => SummaryValue.Real(s.Calls.StallShare(s.BusyPs))),
        new("map_stall_max_s", "longest time that an iteration waited for memory calls", s => SummaryValue.Seconds(s.Calls.LongestStallPs)),
        new("map_stall_decode_max_s", "the same, iterations of decodes alone", s => SummaryValue.Seconds(s.Calls.LongestDecodeStallPs)),
        new("growths", "times a decoding sequence got more mapped memory", s => SummaryValue.Integer(s.Calls.Growths)),
        new("growths_hidden_share", "share of these in iterations that did not wait for memory calls", s => SummaryValue.Real(s.Calls.HiddenShare)),
        new("growth_step_bytes", "memory mapped for growth in a decode step, mean over decode steps, one rank", s => SummaryValue.Real(s.Calls.BytesPerDecodeStep)),
        new("mfu", "model FLOPs utilisation: FLOPs of prompt and output tokens, each once, / (busy time x peak)", s => SummaryValue.Real(s.Mfu)),
        new("bandwidth_utilization", "(weights once an iteration + KV read by decode + KV written) / (busy time x peak bandwidth)", s => SummaryValue.Real(s.BandwidthUtilization)),
        new("busy_share", "share of the window with an iteration in flight, mean over replicas and their virtual engines", s => SummaryValue.Real(s.BusyShare)),
        new("iterations", "iterations", s => SummaryValue.Integer(s.Iterations)),
        new("prefill_iterations", "iterations with prefill tokens", s => SummaryValue.Integer(s.PrefillIterations)),
        new("prefill_tokens", "tokens computed by prefills, recomputation included", s => SummaryValue.Integer(s.PrefillTokens)),
        new("decode_tokens", "tokens emitted by decode steps", s => SummaryValue.Integer(s.DecodeTokens)),
        .. Enumerable.Range(0, LedgerTerms.All.Count).SelectMany(Ledger),
    ];

    /// <summary>The columns that say which run it is; all others are metrics.</summary>
    public const int LabelCount = 7;

    /// <summary>All but the label.</summary>
    public static IEnumerable<SummaryColumn> Metrics => All.Skip(LabelCount);

    public static SummaryColumn Find(string name) => All.First(c => c.Name == name);

    private static string Word(StabilityVerdict verdict) => verdict switch
    {
        StabilityVerdict.Stable => "stable",
        StabilityVerdict.Backlogged => "backlogged",
        _ => "overloaded",
    };

    private static IEnumerable<SummaryColumn> Latency(string name, string doc, Func<Summary, Distribution> get)
    {
        (string Suffix, string Words, Func<Distribution, long> Value)[] parts =
        [
            ("mean", "mean of ", d => d.MeanPs),
            ("p50", "median of ", d => d.P50Ps),
            ("p90", "90th percentile of ", d => d.P90Ps),
            ("p95", "95th percentile of ", d => d.P95Ps),
            ("p99", "99th percentile of ", d => d.P99Ps),
            ("max", "maximum of ", d => d.MaxPs),
        ];
        return parts.Select(p => new SummaryColumn(
            $"{name}_{p.Suffix}_s",
            p.Words + doc,
            s => get(s).Count == 0 ? SummaryValue.Undefined : SummaryValue.Seconds(p.Value(get(s)))));
    }

    private static IEnumerable<SummaryColumn> Ledger(int term)
    {
        (string name, string doc) = LedgerTerms.All[term];
        yield return new($"{name}_total_s", $"total over requests of: {doc}", s => SummaryValue.Seconds(s.LedgerTotalsPs[term]));
        yield return new($"{name}_mean_share", $"mean share of a request's end-to-end latency of: {doc}", s => SummaryValue.Real(s.LedgerMeanShares[term]));
    }
}
