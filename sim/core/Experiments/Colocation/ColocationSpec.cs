using ELLM.Sim.Memory;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>How the pages of an engine are allocated.</summary>
public enum PageLayout : byte
{
    /// <summary>All layers of a page id in one allocation, one call of each kind (kvcached's default).</summary>
    Contiguous,

    /// <summary>A call for K and for V of every layer.</summary>
    PerLayer,
}

/// <summary>Who waits for pages to be unmapped.</summary>
public enum PageUnmapping : byte
{
    /// <summary>The engine: kvcached's free path unmaps before it returns.</summary>
    Sync,

    /// <summary>Only the driver is busy.</summary>
    Background,
}

/// <summary>How KV memory is divided when it is divided once and for all.</summary>
public enum StaticSplit : byte
{
    Equal,

    /// <summary>In proportion to each model's KV bytes in the trace.</summary>
    Load,
}

/// <summary>How memory of a shared GPU is divided or shared. Defaults are kvcached's own where it has one.</summary>
/// <remarks>Page layouts, published on an L40S with 32 layers: 0.52 ms a page id (contiguous) against 10.6 ms (per-layer).</remarks>
public sealed record ColocationSpec : KnobSet
{
    [Knob("page of K or V of one layer in MiB, a multiple of 2", 2, 1024)]
    public int PageMib { get; init; } = 2;

    [Knob("all layers of a page in one allocation, or one each")]
    public PageLayout PageLayout { get; init; } = PageLayout.Contiguous;

    [Knob("mapped pages in reserve below which more are mapped in the background", 0, 1000)]
    public int ReserveMin { get; init; } = 5;

    [Knob("empty pages stay mapped up to that many", 0, 1000)]
    public int ReserveMax { get; init; } = 10;

    [Knob("page of the next block: the one that was last opened or freed, or the one with the fewest free blocks")]
    public PageChoice PageChoice { get; init; } = PageChoice.Latest;

    [Knob("the engine waits for its unmapping, or only the driver is busy")]
    public PageUnmapping Unmapping { get; init; } = PageUnmapping.Sync;

    [Knob("static split of KV memory: the same for each model, or by its KV bytes in the trace")]
    public StaticSplit Split { get; init; } = StaticSplit.Equal;
}
