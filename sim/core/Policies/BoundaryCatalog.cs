namespace ELLM.Sim.Policies;

/// <summary>What stands between activations and KV, by the name that <see cref="PolicySpec.Boundary"/> uses.</summary>
/// <param name="Summary">One line for help.</param>
public sealed record BoundaryEntry(string Name, string Summary);

/// <summary>All boundaries.</summary>
public static class BoundaryCatalog
{
    public static IReadOnlyList<BoundaryEntry> All { get; } =
    [
        new("fixed", "the activation reserve is profiled at start-up and stays"),
        new("elastic", "one pool; an iteration takes the activations its tokens need, KV may use the rest"),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(e => e.Name)];

    public static BoundaryEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.boundary: expected one of {string.Join(", ", Names)}, found {name}");
}
