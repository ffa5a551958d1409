using System.Text.Json.Nodes;
using System.Text.Json;
using ELLM.Sim.Configuration;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>How memory of a shared GPU is divided or shared. Defaults are kvcached's own where it has one.</summary>
/// <param name="PageMib">Page of K or V of one layer, a multiple of 2 MiB (kvcached: 2).</param>
/// <param name="PageLayout">
/// contiguous (all layers of a page id in one allocation, kvcached's default: one call of each kind) or per-layer (a call for K and
/// for V of every layer). Published on an L40S, 32 layers: 0.52 ms against 10.6 ms a page id.
/// </param>
/// <param name="ReserveMin">Mapped pages in reserve below which the background thread maps more (kvcached: 5).</param>
/// <param name="ReserveMax">Empty pages stay mapped up to that many (kvcached: 10).</param>
/// <param name="PageChoice">latest (kvcached's stack of partly free pages) or fullest (page-aware allocation).</param>
/// <param name="Unmapping">sync (kvcached's free path unmaps before it returns) or background.</param>
/// <param name="Split">Static split of what the engines leave for KV: equal, or load (in proportion to each model's KV bytes in the trace).</param>
public sealed record ColocationSpec(
    int PageMib = 2,
    string PageLayout = "contiguous",
    int ReserveMin = 5,
    int ReserveMax = 10,
    string PageChoice = "latest",
    string Unmapping = "sync",
    string Split = "equal");

/// <summary>The settings of <see cref="ColocationSpec"/> as <c>--set colocation.key=value</c>.</summary>
public static class ColocationKeys
{
    private const string Prefix = "colocation.";

    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        Number("page_mib", "page of K or V of one layer in MiB, a multiple of 2", 2, 1024),
        Choice("page_layout", "all layers of a page in one allocation, or one each", "contiguous", "per-layer"),
        Number("reserve_min", "mapped pages in reserve below which more are mapped in the background", 0, 1000),
        Number("reserve_max", "empty pages stay mapped up to that many", 0, 1000),
        Choice("page_choice", "page of the next block: the one that was last opened or freed, or the one with the fewest free blocks", "latest", "fullest"),
        Choice("unmapping", "the engine waits for its unmapping, or only the driver is busy", "sync", "background"),
        Choice("split", "static split of KV memory: the same for each model, or by its KV bytes in the trace", "equal", "load"),
    ];

    /// <summary>Takes the assignments that are meant for the division of memory; the others are left for the engines.</summary>
    /// <exception cref="InputException">An unknown setting or a wrong value.</exception>
    public static (ColocationSpec Spec, IReadOnlyList<Assignment> Others) Take(IEnumerable<Assignment> assignments)
    {
        JsonObject tree = JsonSerializer.SerializeToNode(new ColocationSpec(), ColocationJson.Default.ColocationSpec)!.AsObject();
        List<Assignment> others = [];
        foreach (Assignment assignment in assignments)
        {
            if (!assignment.Path.StartsWith(Prefix, StringComparison.Ordinal))
            {
                others.Add(assignment);
                continue;
            }
            ConfigKey key = All.FirstOrDefault(k => k.Path == assignment.Path)
                ?? throw new InputException(NearestName.Message("setting", assignment.Path, [.. All.Select(k => k.Path)]));
            tree[key.Path[Prefix.Length..]] = key.Parse(assignment.Text);
        }
        ColocationSpec spec = tree.Deserialize(ColocationJson.Default.ColocationSpec)!;
        if (spec.PageMib % 2 != 0)
            throw new InputException($"colocation.page_mib: expected a multiple of 2, the granularity of CUDA's virtual memory, found {spec.PageMib}");
        if (spec.ReserveMax < spec.ReserveMin)
            throw new InputException($"colocation.reserve_max: expected at least reserve_min ({spec.ReserveMin}), found {spec.ReserveMax}");
        return (spec, others);
    }

    public static JsonObject ToTree(ColocationSpec spec) =>
        JsonSerializer.SerializeToNode(spec, ColocationJson.Default.ColocationSpec)!.AsObject();

    private static ConfigKey Number(string name, string doc, int min, int max) => new(Prefix + name, typeof(int), doc, [], min, max);

    private static ConfigKey Choice(string name, string doc, params string[] words) =>
        new(Prefix + name, typeof(string), doc, words, double.NegativeInfinity, double.PositiveInfinity);
}
