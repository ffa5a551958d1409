namespace ELLM.Sim.Policies;

/// <summary>What stands between activations and KV, by the name that <see cref="PolicySpec.Boundary"/> uses.</summary>
/// <param name="Summary">One line for help.</param>
public sealed record BoundaryEntry(string Name, string Summary)
{
    /// <summary>KV and activations share one pool.</summary>
    public bool SharesPool { get; init; }

    /// <summary>What is wrong with the other parts beside it; null when nothing is.</summary>
    public string? Requires(PolicyComposition parts) => parts.Layout.Boundaries.Contains(Name, StringComparer.Ordinal)
        ? null
        : $"policy.boundary: expected {string.Join(" or ", parts.Layout.Boundaries)} with policy.layout {parts.Layout.Name}, found {Name}";
}

/// <summary>All boundaries.</summary>
public static class BoundaryCatalog
{
    public static IReadOnlyList<BoundaryEntry> All { get; } =
    [
        new("fixed", "the activation reserve is profiled at start-up and stays"),
        new("elastic", "one pool; an iteration takes the activations its tokens need, KV may use the rest") { SharesPool = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(e => e.Name)];

    public static BoundaryEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.boundary: expected one of {string.Join(", ", Names)}, found {name}");
}
