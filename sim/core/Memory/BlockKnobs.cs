using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>Knobs of layouts whose sequences grow: when one may enter, and when one must leave.</summary>
public abstract record BlockKnobs : KnobSet
{
    [Knob("share of the pool an admission must leave free", 0, 0.99)]
    public double Watermark { get; init; } = 0.01;

    [Knob("preempt a running sequence that finds no free block, whether it needs one (any) or only if (needed)")]
    public BlockCheck BlockCheck { get; init; } = BlockCheck.Any;
}

/// <summary>Knobs of layouts that count in blocks.</summary>
public sealed record PagedKnobs : BlockKnobs
{
    [Knob("tokens in a KV block", 1, 1 << 20)]
    public int BlockTokens { get; init; } = 16;
}
