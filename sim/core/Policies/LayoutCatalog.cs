using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>A KV layout by the name that <see cref="PolicySpec.Layout"/> uses.</summary>
/// <param name="Create">KV memory for one replica.</param>
public sealed record LayoutEntry(string Name, string Summary, Func<LayoutInput, IKvMemory> Create)
{
    /// <summary>A request gets all it will ever need at its admission, so that running sequences never find memory full.</summary>
    public bool ReservesWhole { get; init; }

    /// <summary>Counts in blocks of <see cref="PolicySpec.BlockTokens"/>.</summary>
    public bool InBlocks { get; init; }

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
        new("paged", "blocks of a fixed number of tokens, taken one by one", Paged) { InBlocks = true },
        new("layer-paged", "blocks of a fixed number of tokens of one layer: a prompt can hold some of its layers", LayerPaged) { InBlocks = true, ByLayer = true },
        new("contiguous", "one region a request, reserved whole, by a buddy allocator", Contiguous) { ReservesWhole = true },
        new("vmm", "contiguous address ranges backed by chunks that are mapped as sequences grow", Vmm) { Boundaries = ["fixed", "elastic"] },
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
        (PolicySpec policy, MemoryBudget budget) = (input.Policy, input.Budget);
        int blocks = (int)Math.Min(int.MaxValue / 2, budget.KvBlocks);
        return new PagedKv(blocks, policy.BlockTokens, (int)(policy.Watermark * blocks), Check(policy), budget.KvBytesPerToken);
    }

    private static LayeredKv LayerPaged(LayoutInput input)
    {
        (PolicySpec policy, MemoryBudget budget) = (input.Policy, input.Budget);
        int blocks = (int)Math.Min(int.MaxValue / 2, budget.KvBlocks);
        return new LayeredKv(
            blocks, policy.BlockTokens, input.Model.Layers, (int)(policy.Watermark * blocks), Check(policy), budget.KvBytesPerToken);
    }

    private static ContiguousKv Contiguous(LayoutInput input)
    {
        (PolicySpec policy, MemoryBudget budget) = (input.Policy, input.Budget);
        Reservation reservation = policy.Reservation switch
        {
            "max" => Reservation.Max,
            "pow2" => Reservation.Pow2,
            "oracle" => Reservation.Oracle,
            _ => throw new InputException($"policy.reservation: expected max, pow2 or oracle, found {policy.Reservation}"),
        };
        int tokens = (int)Math.Min(int.MaxValue / 2, budget.KvTokens);
        return new ContiguousKv(tokens, reservation, input.MaxModelLen, policy.MinAllocationTokens, budget.KvBytesPerToken);
    }

    private static VmmKv Vmm(LayoutInput input)
    {
        PolicySpec policy = input.Policy;
        long chunk = (long)policy.ChunkKib << 10;
        bool elastic = policy.Boundary == "elastic";
        DeviceCosts costs = input.Costs;
        DriverCall Call(CalibratedOp op) => new(costs.MedianPs(op, chunk), policy.VmmCosts == "sampled" ? costs.Quantiles(op) : null);
        return new VmmKv(new VmmOptions(
            input.Budget.KvBytes + (elastic ? input.Budget.ActivationBytes : 0),
            chunk,
            input.Model.Layers,
            input.Budget.KvBytesPerToken)
        {
            Fused = policy.ChunkLayout == "fused",
            Watermark = policy.Watermark,
            Check = Check(policy),
            LookAheadTokens = policy.LookAheadTokens,
            KeepChunks = policy.KeepMappedChunks ?? long.MaxValue,
            Elastic = elastic,
            ActivationBytesPerToken = input.Budget.ActivationBytesPerToken,
            ReclaimsIdle = policy.ReclaimIdleRanges,
            UnmapsPreempted = policy.UnmapPreempted,
            ExtraAfterPreemption = policy.ExtraAfterPreemption,
            EagerUnits = policy.EagerChunks,
            PrefillMaps = Timing(policy.PrefillMapping),
            GrowthMaps = Timing(policy.GrowthMapping),
            Unmaps = Timing(policy.Unmapping),
            LeadSteps = policy.MapLeadSteps,
            Map = [Call(CalibratedOp.VmmMap), Call(CalibratedOp.VmmSetAccess)],
            Unmap = [Call(CalibratedOp.VmmUnmap)],
            Seed = input.Seed,
            Ranks = input.Ranks,
            BroadcastPs = input.Ranks > 1 ? SimTime.FromMicroseconds(policy.MapBroadcastUs).Picoseconds : 0,
            DrainPs = SimTime.FromMicroseconds(policy.DrainUs).Picoseconds,
        });
    }

    private static CallTiming Timing(string word) => word switch
    {
        "background" => CallTiming.Background,
        "drain" => CallTiming.Drain,
        _ => CallTiming.Sync,
    };

    private static LiveKv Live(LayoutInput input)
    {
        MemoryBudget budget = input.Budget;
        // The reserve that a fixed boundary would profile is free here, or what of it fits beside the weights.
        return new LiveKv(
            budget.KvBytes + budget.ActivationBytes - budget.ShortfallBytes,
            (long)(input.Policy.SwapGib * (1L << 30)),
            budget.KvBytesPerToken,
            budget.ActivationBytesPerToken,
            input.MaxBatchedTokens);
    }

    private static BlockCheck Check(PolicySpec policy) => policy.BlockCheck switch
    {
        "any" => BlockCheck.Any,
        "needed" => BlockCheck.Needed,
        _ => throw new InputException($"policy.block_check: expected any or needed, found {policy.BlockCheck}"),
    };
}
