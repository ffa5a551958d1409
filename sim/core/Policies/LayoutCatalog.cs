using ELLM.Sim.Memory;

namespace ELLM.Sim.Policies;

/// <summary>A KV layout by the name that <see cref="PolicySpec.Layout"/> uses.</summary>
/// <param name="Create">KV memory over a pool for one replica; the last argument is max_model_len.</param>
public sealed record LayoutEntry(string Name, string Summary, Func<PolicySpec, MemoryBudget, int, IKvMemory> Create)
{
    /// <summary>A request gets all it will ever need at its admission, so that running sequences never find memory full.</summary>
    public bool ReservesWhole { get; init; }

    /// <summary>Whether the two can run together: a layout that grows needs a scheduler that preempts.</summary>
    public bool Suits(SchedulerEntry scheduler) => ReservesWhole || scheduler.Preempts;
}

/// <summary>All KV layouts.</summary>
public static class LayoutCatalog
{
    public static IReadOnlyList<LayoutEntry> All { get; } =
    [
        new("paged", "blocks of a fixed number of tokens, taken one by one", Paged),
        new("contiguous", "one region a request, reserved whole, by a buddy allocator", Contiguous) { ReservesWhole = true },
    ];

    public static LayoutEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.layout: expected one of {string.Join(", ", All.Select(e => e.Name))}, found {name}");

    private static PagedKv Paged(PolicySpec policy, MemoryBudget budget, int maxModelLen)
    {
        int blocks = (int)Math.Min(int.MaxValue / 2, budget.KvBlocks);
        BlockCheck check = policy.BlockCheck switch
        {
            "any" => BlockCheck.Any,
            "needed" => BlockCheck.Needed,
            _ => throw new InputException($"policy.block_check: expected any or needed, found {policy.BlockCheck}"),
        };
        return new PagedKv(blocks, policy.BlockTokens, (int)(policy.Watermark * blocks), check, budget.KvBytesPerToken);
    }

    private static ContiguousKv Contiguous(PolicySpec policy, MemoryBudget budget, int maxModelLen)
    {
        Reservation reservation = policy.Reservation switch
        {
            "max" => Reservation.Max,
            "pow2" => Reservation.Pow2,
            "oracle" => Reservation.Oracle,
            _ => throw new InputException($"policy.reservation: expected max, pow2 or oracle, found {policy.Reservation}"),
        };
        int tokens = (int)Math.Min(int.MaxValue / 2, budget.KvTokens);
        return new ContiguousKv(tokens, reservation, maxModelLen, policy.MinAllocationTokens, budget.KvBytesPerToken);
    }
}
