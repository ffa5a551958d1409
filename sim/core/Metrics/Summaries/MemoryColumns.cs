namespace ELLM.Sim.Metrics.Summaries;

/// <summary>KV memory, activations, and the calls that map memory.</summary>
internal static class MemoryColumns
{
    private const string Taken = "(KV capacity - idle free memory)";

    private static readonly Better Follows = Better.Neither("follows the load and the batches");

    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        Share("kv_utilization", Follows, "tokens in the KV cache / its capacity, time-weighted while iterations run",
            s => s.Kv.Utilization),
        Share("kv_useful_share", Better.Higher, $"tokens in the KV cache / {Taken}", s => s.Kv.LiveShare),
        Share("kv_reserved_share", Better.Lower, $"reserved for tokens not written yet / {Taken}", s => s.Kv.ReservedShare),
        Share("kv_internal_share", Better.Lower, $"allocated and never used / {Taken}", s => s.Kv.InternalShare),
        Share(
            "kv_external_share", Better.Lower,
            $"allocator rounding, and free memory while the head of the queue does not fit, / {Taken}", s => s.Kv.ExternalShare),
        new(
            "kv_free_bytes", "bytes", Follows, "KV pool memory of one rank that no request holds, mean over iteration time",
            s => SummaryValue.Real(s.KvFreeBytes)),
        Share(
            "activation_live_prefill_share", Follows,
            "live activations / the activation reserve, mean over iterations with prefill tokens", s => s.Activations.PrefillShare),
        Share(
            "activation_live_decode_share", Follows,
            "live activations / the activation reserve, mean over iterations of decodes alone", s => s.Activations.DecodeShare),
        Share(
            "map_work_share", Better.Lower,
            "time of memory calls (map, unmap) at median prices, hidden behind iterations or not, / time of iterations",
            s => s.Calls.WorkShare(s.BusyPs)),
        Share(
            "map_stall_share", Better.Lower, "time that iterations waited for memory calls / time of iterations",
            s => s.Calls.StallShare(s.BusyPs)),
        new(
            "map_stall_max_s", "s", Better.Lower, "longest time that an iteration waited for memory calls",
            s => SummaryValue.Seconds(s.Calls.LongestStallPs)),
        new(
            "map_stall_decode_max_s", "s", Better.Lower, "longest time that an iteration of decodes alone waited for memory calls",
            s => SummaryValue.Seconds(s.Calls.LongestDecodeStallPs)),
        new("growths", "1", Follows, "times a decoding sequence got more mapped memory", s => SummaryValue.Integer(s.Calls.Growths)),
        Share(
            "growths_hidden_share", Better.Higher, "share of growths in iterations that did not wait for memory calls",
            s => s.Calls.HiddenShare),
        new(
            "growth_step_bytes", "bytes", Follows, "memory mapped for growth in a decode step, mean over decode steps, one rank",
            s => SummaryValue.Real(s.Calls.BytesPerDecodeStep)),
    ];

    private static SummaryColumn Share(string name, Better better, string doc, Func<Summary, double?> get) =>
        new(name, "1", better, doc, s => SummaryValue.Real(get(s)));
}
