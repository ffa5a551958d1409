using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>All KV layouts: a new one is a file in this folder and a line here.</summary>
public static class LayoutCatalog
{
    private static readonly GrowingList<LayoutEntry> Entries = new(
    [
        new("paged", "blocks of a fixed number of tokens, taken one by one", PagedKv.Create) { Knobs = new PagedKnobs(), Swaps = true, CachesPrefixes = true },
        new("layer-paged", "blocks of a fixed number of tokens of one layer: a prompt can hold some of its layers", LayeredKv.Create)
        {
            Knobs = new PagedKnobs(),
            CachesPrefixes = true,
            ByLayer = true,
        },
        new("contiguous", "one region a request, reserved whole, by a buddy allocator", ContiguousKv.Create)
        {
            Knobs = new ContiguousKnobs(),
            ReservesWhole = true,
        },
        new("vmm", "contiguous address ranges backed by chunks that are mapped as sequences grow", VmmKv.Create)
        {
            Knobs = new VmmKnobs(),
            CachesPrefixes = true,
            Boundaries = ["fixed", "elastic"],
            Fault = VmmOptions.Fault,
        },
        new("live", "live bytes only, on the GPU or on the host as if they were one: a bound, not a system", LiveKv.Create)
        {
            IncludesHost = true,
            Boundaries = ["elastic"],
        },
    ]);

    private static readonly GrowingList<string> Words = new(Entries.Select(e => e.Name));

    /// <summary>The shipped ones, and those of a loaded assembly of policies.</summary>
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
}
