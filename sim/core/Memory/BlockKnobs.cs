using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>Whether KV is found again by what it holds.</summary>
public enum PrefixCaching : byte
{
    /// <summary>It dies with its sequence.</summary>
    Off,

    /// <summary>It stays until its memory is taken.</summary>
    On,
}

/// <summary>Knobs of layouts whose sequences grow: when one may enter, and when one must leave.</summary>
public abstract record BlockKnobs : KnobSet
{
    [Knob("share of the pool an admission must leave free", 0, 0.99)]
    public double Watermark { get; init; } = 0.01;

    [Knob("KV of prompts stays to be found again by those that begin alike")]
    public PrefixCaching PrefixCache { get; init; }

    [Knob("preempt a running sequence that finds no free block, whether it needs one (any) or only if (needed)")]
    public BlockCheck BlockCheck { get; init; } = BlockCheck.Any;
}

/// <summary>Knobs of layouts that count in blocks.</summary>
public sealed record PagedKnobs : BlockKnobs
{
    [Knob("tokens in a KV block", 1, 1 << 20)]
    public int BlockTokens { get; init; } = 16;
}
