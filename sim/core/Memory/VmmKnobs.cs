using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>What a chunk holds.</summary>
public enum ChunkLayout : byte
{
    /// <summary>K and V of every layer grow by a chunk of their own.</summary>
    PerLayer,

    /// <summary>A chunk holds tokens of all layers.</summary>
    Fused,
}

/// <summary>What a memory call takes.</summary>
public enum CallCosts : byte
{
    /// <summary>The calibration profile's median.</summary>
    Median,

    /// <summary>Drawn from its quantiles with the run's seed.</summary>
    Sampled,
}

/// <summary>Who gives chunks that KV or activations need, when no unmapped one is left.</summary>
public enum ReclaimOrder : byte
{
    /// <summary>Activations that the iteration does not need, idle ranges, then cached prefixes.</summary>
    PrefixesLast,

    /// <summary>Cached prefixes, then the others.</summary>
    PrefixesFirst,
}

/// <summary>Knobs of <see cref="VmmKv"/>.</summary>
/// <remarks>
/// <para><c>chunk_kib</c>: 2048 is CUDA's granularity, less needs a modified driver (vAttention).</para>
/// <para>A drain: map edits beside running kernels faulted on a V100 (ovg-project/kvcached #465). Unmapping is not ordered with streams
/// (the CUDA driver API); engines that took it to be were mended by a drain (vllm-project/vllm #43020 and #45615,
/// NVIDIA/TensorRT-LLM #11641). What a drain takes, one synchronisation and a refilled launch queue, is assumed.</para>
/// <para><c>reclaim_idle_ranges</c> false: NVIDIA/TensorRT-LLM #15931. <c>unmap_preempted</c> and <c>extra_after_preemption</c> 1:
/// vTensor's code. <c>eager_chunks</c>: vAttention's eager allocation.</para>
/// <para><c>map_broadcast_us</c> 0: the request travels with the step's own message, as in vAttention. kvcached's control messages take
/// 1600 to 3200 us for one page at TP 4 (its bench_tp_ipc).</para>
/// </remarks>
public sealed record VmmKnobs : BlockKnobs
{
    [Knob("physical chunk in KiB", 64, 65_536)]
    public int ChunkKib { get; init; } = 2048;

    [Knob("a chunk for K and V of each layer, or one for all layers")]
    public ChunkLayout ChunkLayout { get; init; } = ChunkLayout.PerLayer;

    [Knob("prompts are mapped before their iteration or while the one before runs; drain: before it, with the device drained")]
    public CallTiming PrefillMapping { get; init; } = CallTiming.Sync;

    [Knob("growth is mapped when it is needed or while earlier steps run")]
    public CallTiming GrowthMapping { get; init; } = CallTiming.Background;

    [Knob("unmapping is waited for or runs beside iterations")]
    public CallTiming Unmapping { get; init; } = CallTiming.Background;

    [Knob("decode steps ahead of its need that growth is begun", 1, 1 << 20)]
    public int MapLeadSteps { get; init; } = 1;

    [Knob("block_check any: each sequence finds free chunks at its turn, needed or not; else some are left after those that grow")]
    public bool CheckEveryTurn { get; init; } = true;

    [Knob("room mapped beyond the prompt at admission, tokens", 0, 1 << 20)]
    public int LookAheadTokens { get; init; }

    [Knob("chunks of each tensor that stay mapped when a sequence ends; null: all", 0, 1 << 20)]
    public int? KeepMappedChunks { get; init; }

    [Knob("chunks of each tensor kept mapped in one range without an owner", 0, 1 << 20)]
    public int EagerChunks { get; init; }

    [Knob("chunks of ranges without an owner are taken back when others need them")]
    public bool ReclaimIdleRanges { get; init; } = true;

    [Knob("who gives chunks that others need: idle activations and ranges before cached prefixes, or after them")]
    public ReclaimOrder ReclaimOrder { get; init; } = ReclaimOrder.PrefixesLast;

    [Knob("a preempted sequence's range is unmapped whole")]
    public bool UnmapPreempted { get; init; }

    [Knob("chunks of each tensor an admission asks for beyond its need once a sequence was preempted", 0, 1 << 20)]
    public int ExtraAfterPreemption { get; init; }

    [Knob("calls take the calibration profile's median, or are drawn from its quantiles")]
    public CallCosts VmmCosts { get; init; } = CallCosts.Median;

    [Knob("tensor parallel: microseconds to tell the other ranks of a batch of calls", 0, 1e9)]
    public double MapBroadcastUs { get; init; }

    [Knob("microseconds an iteration loses when the device is drained for calls", 0, 1e9)]
    public double DrainUs { get; init; } = 20;
}
