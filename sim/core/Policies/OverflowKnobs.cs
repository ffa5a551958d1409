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
}

/// <summary>Knobs of eLLM's CPU buffer, whose logical size the SLOs move (<see cref="BufferScaler"/>).</summary>
/// <remarks><c>slo_hits</c>: eLLM v2 has 3 of 5; v1 5, without a window.</remarks>
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
}
