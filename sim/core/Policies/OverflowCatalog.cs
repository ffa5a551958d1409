using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>What happens when KV runs out, by the name that <see cref="PolicySpec.Overflow"/> uses.</summary>
/// <param name="Summary">One line for help.</param>
public sealed record OverflowEntry(string Name, string Summary)
{
    /// <summary>Its knobs with their defaults.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;
}

/// <summary>All rules for memory that has run out.</summary>
public static class OverflowCatalog
{
    public static IReadOnlyList<OverflowEntry> All { get; } =
    [
        new("wait", "nothing runs out: requests wait until all they will need is free"),
        new("recompute", "the latest arrival loses its KV and computes it again"),
        new("swap", "the latest arrival's KV moves to host memory, or is recomputed when that is full") { Knobs = new SwapKnobs() },
        new("stream", "prompts that the GPU cannot keep stream to host memory; the latest arrival is recomputed") { Knobs = new StreamKnobs() },
        new("offload", "prompts that the GPU cannot keep whole start with some of their layers, the others go to host memory; the latest arrival is recomputed") { Knobs = new OffloadKnobs() },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(e => e.Name)];

    public static OverflowEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.overflow: expected one of {string.Join(", ", Names)}, found {name}");
}
