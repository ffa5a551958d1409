using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Settings;
using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>A KV layout by the name that <see cref="PolicySpec.Layout"/> uses.</summary>
/// <param name="Create">KV memory for one replica.</param>
public sealed record LayoutEntry(string Name, string Summary, Func<LayoutInput, IKvMemory> Create)
{
    /// <summary>A request gets all it will ever need at its admission, so that running sequences never find memory full.</summary>
    public bool ReservesWhole { get; init; }

    /// <summary>Its knobs with their defaults; <c>input.Policy.Of&lt;T&gt;()</c> gives those of a run.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;

    /// <summary>Counts in blocks of <see cref="PagedKnobs.BlockTokens"/>.</summary>
    public bool InBlocks => Knobs is PagedKnobs;

    /// <summary>A sequence can hold some of its layers only.</summary>
    public bool ByLayer { get; init; }

    /// <summary>Host memory is part of its pool: nothing is ever streamed, offloaded or fetched.</summary>
    public bool IncludesHost { get; init; }

    /// <summary>What <see cref="PolicySpec.Boundary"/> may be with it.</summary>
    public IReadOnlyList<string> Boundaries { get; init; } = ["fixed"];

    /// <summary>What a scheduler needs that this layout lacks; null when the two can run together.</summary>
    public string? Lacks(SchedulerEntry scheduler) => scheduler.ByLayer && !ByLayer && !IncludesHost
        ? $"one that gives memory layer by layer (layer-paged) under {scheduler.Name}"
        : null;

    public bool Suits(SchedulerEntry scheduler) => Lacks(scheduler) is null;
}

/// <summary>What a layout is made from.</summary>
/// <param name="MaxBatchedTokens">Most tokens of an iteration.</param>
/// <param name="Costs">Prices of memory calls, for layouts that make any while requests run.</param>
public sealed record LayoutInput(
    PolicySpec Policy, MemoryBudget Budget, ModelSpec Model, int MaxModelLen, int MaxBatchedTokens, DeviceCosts Costs)
{
    /// <summary>Ranks that share each layer.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Seed of drawn costs, another one for each replica.</summary>
    public ulong Seed { get; init; }
}

/// <summary>All KV layouts.</summary>
public static class LayoutCatalog
{
    private static readonly GrowingList<LayoutEntry> Entries = new(
    [
        new("paged", "blocks of a fixed number of tokens, taken one by one", Paged) { Knobs = new PagedKnobs() },
        new("layer-paged", "blocks of a fixed number of tokens of one layer: a prompt can hold some of its layers", LayerPaged) { Knobs = new PagedKnobs(), ByLayer = true },
        new("contiguous", "one region a request, reserved whole, by a buddy allocator", Contiguous) { Knobs = new ContiguousKnobs(), ReservesWhole = true },
        new("vmm", "contiguous address ranges backed by chunks that are mapped as sequences grow", Vmm) { Knobs = new VmmKnobs(), Boundaries = ["fixed", "elastic"] },
        new("live", "live bytes only, on the GPU or on the host as if they were one: a bound, not a system", Live) { IncludesHost = true, Boundaries = ["elastic"] },
    ]);

    private static readonly GrowingList<string> Words = new(Entries.Select(e => e.Name));

    /// <summary>The shipped ones, and those of a loaded <see cref="PolicyAssembly"/>.</summary>
    public static IReadOnlyList<LayoutEntry> All => Entries;

    /// <summary>Their names; a list that grows with them.</summary>
    public static IReadOnlyList<string> Names => Words;

    public static LayoutEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.layout: expected one of {string.Join(", ", All.Select(e => e.Name))}, found {name}");

    /// <summary>Adds those of a user's assembly; names are new.</summary>
    internal static void Add(IReadOnlyList<LayoutEntry> more)
    {
        Entries.Add(more);
        Words.Add(more.Select(e => e.Name));
    }

    private static PagedKv Paged(LayoutInput input)
    {
        (PagedKnobs knobs, MemoryBudget budget) = (input.Policy.Of<PagedKnobs>(), input.Budget);
        int blocks = (int)Math.Min(int.MaxValue / 2, budget.KvBlocks);
        return new PagedKv(blocks, knobs.BlockTokens, (int)(knobs.Watermark * blocks), knobs.BlockCheck, budget.KvBytesPerToken);
    }

    private static LayeredKv LayerPaged(LayoutInput input)
    {
        (PagedKnobs knobs, MemoryBudget budget) = (input.Policy.Of<PagedKnobs>(), input.Budget);
        int blocks = (int)Math.Min(int.MaxValue / 2, budget.KvBlocks);
        return new LayeredKv(
            blocks, knobs.BlockTokens, input.Model.Layers, (int)(knobs.Watermark * blocks), knobs.BlockCheck, budget.KvBytesPerToken);
    }

    private static ContiguousKv Contiguous(LayoutInput input)
    {
        (ContiguousKnobs knobs, MemoryBudget budget) = (input.Policy.Of<ContiguousKnobs>(), input.Budget);
        int tokens = (int)Math.Min(int.MaxValue / 2, budget.KvTokens);
        return new ContiguousKv(tokens, knobs.Reservation, input.MaxModelLen, knobs.MinAllocationTokens, budget.KvBytesPerToken);
    }

    private static VmmKv Vmm(LayoutInput input)
    {
        VmmKnobs knobs = input.Policy.Of<VmmKnobs>();
        long chunk = (long)knobs.ChunkKib << 10;
        bool elastic = input.Policy.Boundary == "elastic";
        DeviceCosts costs = input.Costs;
        DriverCall Call(CalibratedOp op) => new(costs.MedianPs(op, chunk), knobs.VmmCosts == CallCosts.Sampled ? costs.Quantiles(op) : null);
        return new VmmKv(new VmmOptions(
            input.Budget.KvBytes + (elastic ? input.Budget.ActivationBytes : 0),
            chunk,
            input.Model.Layers,
            input.Budget.KvBytesPerToken)
        {
            Fused = knobs.ChunkLayout == ChunkLayout.Fused,
            Watermark = knobs.Watermark,
            Check = knobs.BlockCheck,
            LookAheadTokens = knobs.LookAheadTokens,
            KeepChunks = knobs.KeepMappedChunks ?? long.MaxValue,
            Elastic = elastic,
            ActivationBytesPerToken = input.Budget.ActivationBytesPerToken,
            ReclaimsIdle = knobs.ReclaimIdleRanges,
            UnmapsPreempted = knobs.UnmapPreempted,
            ExtraAfterPreemption = knobs.ExtraAfterPreemption,
            EagerUnits = knobs.EagerChunks,
            PrefillMaps = knobs.PrefillMapping,
            GrowthMaps = knobs.GrowthMapping,
            Unmaps = knobs.Unmapping,
            LeadSteps = knobs.MapLeadSteps,
            Map = [Call(CalibratedOp.VmmMap), Call(CalibratedOp.VmmSetAccess)],
            Unmap = [Call(CalibratedOp.VmmUnmap)],
            Seed = input.Seed,
            Ranks = input.Ranks,
            BroadcastPs = input.Ranks > 1 ? SimTime.FromMicroseconds(knobs.MapBroadcastUs).Picoseconds : 0,
            DrainPs = SimTime.FromMicroseconds(knobs.DrainUs).Picoseconds,
        });
    }

    private static LiveKv Live(LayoutInput input)
    {
        MemoryBudget budget = input.Budget;
        // The reserve that a fixed boundary would profile is free here, or what of it fits beside the weights.
        return new LiveKv(
            budget.KvBytes + budget.ActivationBytes - budget.ShortfallBytes,
            input.Policy.HostBytes,
            budget.KvBytesPerToken,
            budget.ActivationBytesPerToken,
            input.MaxBatchedTokens);
    }
}
