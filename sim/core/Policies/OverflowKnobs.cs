using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>How KV comes back from the host.</summary>
public enum Fetching : byte
{
    /// <summary>The next iteration waits for it.</summary>
    Sync,

    /// <summary>Beside iterations.</summary>
    Background,
}

/// <summary>Which of two late latencies moves eLLM's buffer first.</summary>
public enum SloOrder : byte
{
    /// <summary>Time per output token: the buffer shrinks.</summary>
    TpotFirst,

    /// <summary>Time to first token: it grows.</summary>
    TtftFirst,
}

/// <summary>Who gets the room first: KV that waits in eLLM's buffer, or the queue.</summary>
public enum ReturnOrder : byte
{
    /// <summary>What is in the buffer comes back before the queue is looked at.</summary>
    BeforePrompts,

    /// <summary>Only when no prompt starts.</summary>
    AfterPrompts,
}

/// <summary>Which late decodes move eLLM's buffer.</summary>
public enum LateDecodes : byte
{
    /// <summary>Every decode step that ends later than the objective after the one before.</summary>
    Any,

    /// <summary>Gaps that prefills made late: the step alone would have been in time.</summary>
    ByPrefills,
}

/// <summary>Which prompts a smaller buffer holds back.</summary>
public enum ThrottledPrompts : byte
{
    /// <summary>Those that need it.</summary>
    Buffered,

    /// <summary>All: beside decodes, prefills take no larger share of the time than the logical size is of the physical one.</summary>
    All,
}

/// <summary>Knobs of all that moves KV to host memory.</summary>
public record SwapKnobs : KnobSet
{
    [Knob("share of its rate that a direction of the host link keeps while the other is busy; null: the calibration profile's", 0.01, 1)]
    public double? LinkBothWays { get; init; }
}

/// <summary>Knobs of prompts whose KV goes to the host while they compute.</summary>
/// <remarks><c>stream_window_layers</c> 2: one computed, one copied.</remarks>
public record OffloadKnobs : SwapKnobs
{
    [Knob("KV comes back from the host while the next iteration waits, or beside iterations")]
    public Fetching Fetching { get; init; } = Fetching.Sync;

    [Knob("layers in flight on the GPU while a prompt goes to the host", 1, 1 << 10)]
    public int StreamWindowLayers { get; init; } = 2;

    [Knob("sequences in host memory count against max_num_seqs")]
    public bool CountParked { get; init; }
}

/// <summary>Knobs of eLLM's CPU buffer, whose logical size the SLOs move (<see cref="BufferScaler"/>).</summary>
/// <remarks>
/// <para><c>slo_hits</c>: eLLM v2 has 3 of 5; v1 5, without a window. <c>late_decodes</c>, <c>throttled_prompts</c>: the notes have a
/// violation shrink the buffer, "which throttles the admission of prefills"; which violations and which prefills is ours.</para>
/// <para><c>return_order</c>: vLLM 0.5.5, on which eLLM is built, runs prefills first, and the paper says that its buffer favours
/// them. <c>return_prompts</c> is ours. <c>window_watermark</c>: vLLM's watermark keeps an admission from being preempted at once; the
/// layers in flight of a streaming prompt are gone after its iteration.</para>
/// </remarks>
public sealed record StreamKnobs : OffloadKnobs
{
    [Knob("SLO violations move the logical size of the buffer")]
    public bool SloScaling { get; init; } = true;

    [Knob("iterations in which violations are counted", 1, 64)]
    public int SloWindow { get; init; } = 5;

    [Knob("violations in the window that move the buffer", 1, 64)]
    public int SloHits { get; init; } = 3;

    [Knob("factor by which it moves", 1.01, 1024)]
    public double SloAlpha { get; init; } = 2;

    [Knob("which test goes first, when both have enough violations")]
    public SloOrder SloOrder { get; init; } = SloOrder.TpotFirst;

    [Knob("least logical size of the buffer, GiB", 0, 1 << 20)]
    public double BufferFloorGib { get; init; } = 0.125;

    [Knob("decode steps whose lateness shrinks the buffer: any, or only gaps that prefills made late")]
    public LateDecodes LateDecodes { get; init; } = LateDecodes.ByPrefills;

    [Knob("prompts that a smaller buffer holds back: those that need it, or all, by their share of the time beside decodes")]
    public ThrottledPrompts ThrottledPrompts { get; init; } = ThrottledPrompts.All;

    [Knob("KV in the buffer comes back before prompts start, or when none does")]
    public ReturnOrder ReturnOrder { get; init; } = ReturnOrder.AfterPrompts;

    [Knob("prompts for which a return leaves room: their activations and layers in flight, at the length of the latest one", 0, 1 << 10)]
    public int ReturnPrompts { get; init; } = 1;

    [Knob("the watermark is kept beside the layers in flight of a prompt that streams")]
    public bool WindowWatermark { get; init; }

    [Knob("a decode that finds no memory goes to the buffer when that has room, instead of being recomputed")]
    public bool DecodesToBuffer { get; init; } = true;
}
