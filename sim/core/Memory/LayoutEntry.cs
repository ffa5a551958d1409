using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Models;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>A KV layout by the name that <c>policy.layout</c> uses.</summary>
/// <param name="Summary">One line for help.</param>
/// <param name="Create">KV memory for one replica.</param>
public sealed record LayoutEntry(string Name, string Summary, Func<LayoutInput, IKvMemory> Create)
{
    /// <summary>Its knobs with their defaults; <see cref="LayoutInput.Of{T}"/> gives those of a run.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;

    /// <summary>A request gets all it will ever need at its admission, so that running sequences never find memory full.</summary>
    public bool ReservesWhole { get; init; }

    /// <summary>Counts in blocks of <see cref="PagedKnobs.BlockTokens"/>.</summary>
    public bool InBlocks => Knobs is PagedKnobs;

    /// <summary>A sequence can hold some of its layers only.</summary>
    public bool ByLayer { get; init; }

    /// <summary>A running sequence can move to host memory whole and come back.</summary>
    public bool Swaps { get; init; }

    /// <summary>Sequences can share units: prefixes that stay in memory are found again.</summary>
    public bool CachesPrefixes { get; init; }

    /// <summary>Host memory is part of its pool: nothing is ever streamed, offloaded or fetched.</summary>
    public bool IncludesHost { get; init; }

    /// <summary>What <c>policy.boundary</c> may be with it.</summary>
    public IReadOnlyList<string> Boundaries { get; init; } = ["fixed"];

    /// <summary>What is wrong with its knobs on a device, as one line that names the key; null when nothing is.</summary>
    public Func<KnobSet, DeviceCosts, string?> Fault { get; init; } = (_, _) => null;
}

/// <summary>What a layout is made from.</summary>
/// <param name="Knobs">As the run has them; of the entry's own type.</param>
/// <param name="MaxBatchedTokens">Most tokens of an iteration.</param>
/// <param name="Costs">Prices of memory calls, for layouts that make any while requests run.</param>
public sealed record LayoutInput(
    KnobSet Knobs, MemoryBudget Budget, ModelSpec Model, int MaxModelLen, int MaxBatchedTokens, DeviceCosts Costs)
{
    /// <summary>Activations come out of the pool; otherwise the budget's reserve for them lies outside it.</summary>
    public bool SharesPool { get; init; }

    /// <summary>Host memory for KV, for layouts whose pool includes it.</summary>
    public long HostBytes { get; init; }

    /// <summary>Ranks that share each layer.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Seed of drawn costs, another one for each replica.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which prompts begin alike.</summary>
    public PromptChains Prompts { get; init; } = PromptChains.None;

    public T Of<T>()
        where T : KnobSet => (T)Knobs;
}
