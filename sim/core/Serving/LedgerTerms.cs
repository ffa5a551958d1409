using System.Reflection;
using System.Text.Json;

namespace ELLM.Sim.Serving;

/// <summary>The terms of <see cref="LatencyLedger"/> by index: their names, in every file and table, come from its fields.</summary>
public static class LedgerTerms
{
    /// <summary>Name without unit, and what the term counts. Order is that of the fields, and of columns.</summary>
    public static IReadOnlyList<(string Name, string Doc)> All { get; } =
    [
        .. typeof(LatencyLedger).GetFields(BindingFlags.Public | BindingFlags.Instance)
            .OrderBy(field => field.MetadataToken)
            .Select(field => (JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name), Counts(field))),
    ];

    private static string Counts(FieldInfo field) => field.GetCustomAttribute<LedgerTermAttribute>()?.Counts
        ?? throw new InvalidOperationException($"{field.Name} does not say what it counts");
}
