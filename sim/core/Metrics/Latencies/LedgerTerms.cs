using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>The terms of <see cref="LatencyLedger"/> by index: their names, in every file and table, come from here.</summary>
public static class LedgerTerms
{
    /// <summary>Name without unit, and what the term counts. Order is the order of columns.</summary>
    public static IReadOnlyList<(string Name, string Doc)> All { get; } =
    [
        ("queue_memory", "waiting while the head of the queue did not fit into KV memory"),
        ("queue_compute", "waiting for an iteration to end, a token budget or a place in the batch"),
        ("prefill", "from the first scheduled iteration to the first output token, stalls excepted"),
        ("decode", "iterations that produced its tokens, as long as they would have been with decodes alone"),
        ("prefill_interference", "what prefills of others cost it while decoding"),
        ("parked", "KV in host memory, not running"),
        ("map_stall", "iteration time that waited for GPU memory to be mapped"),
        ("transfer_stall", "iteration time that waited for KV to move over the host link"),
        ("gpu_wait", "the engine could run but a batch of another engine, or of another virtual engine, had the GPU"),
        ("preempted", "waiting again after losing its KV to a preemption"),
        ("recompute", "prefilling again what a preemption had thrown away"),
    ];

    /// <summary>The term's picoseconds.</summary>
    public static long Get(in LatencyLedger ledger, int term) => term switch
    {
        0 => ledger.QueueMemory,
        1 => ledger.QueueCompute,
        2 => ledger.Prefill,
        3 => ledger.Decode,
        4 => ledger.PrefillInterference,
        5 => ledger.Parked,
        6 => ledger.MapStall,
        7 => ledger.TransferStall,
        8 => ledger.GpuWait,
        9 => ledger.Preempted,
        10 => ledger.Recompute,
        _ => throw new ArgumentOutOfRangeException(nameof(term), term, "there are eleven ledger terms"),
    };
}
