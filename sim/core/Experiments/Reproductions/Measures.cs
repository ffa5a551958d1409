using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>What a published number can be compared with: every number of a summary, and quantities of the memory budget.</summary>
internal static class Measures
{
    private static readonly Dictionary<string, Func<MemoryBudget, double>> Budget = new()
    {
        ["activation_reserve_share"] = budget => (double)budget.ActivationBytes / budget.VisibleBytes,
        ["activation_kib_per_token"] = budget => budget.ActivationBytesPerToken / 1024.0,
    };

    /// <summary>The highest rate at which 90 % of the load's requests meet their objectives.</summary>
    private const string Capacity = "finite_capacity_per_s";

    private static readonly Dictionary<string, Func<Summary, double?>> Derived = new()
    {
        ["slo_violation_share"] = summary => 1 - summary.SloAttainment,
    };

    /// <summary>Those that are no column of summary.csv.</summary>
    public static IReadOnlyCollection<string> Own { get; } = [.. Budget.Keys, .. Derived.Keys, Capacity];

    public static IReadOnlySet<string> Names { get; } =
        new HashSet<string>([.. Own, .. SummaryColumns.All.Select(column => column.Name)], StringComparer.Ordinal);

    /// <summary>True when no run under the load gives the value: the memory budget alone does, or a search.</summary>
    public static bool NeedsNoRun(string measure) => Budget.ContainsKey(measure) || IsCapacity(measure);

    /// <summary>True when a search over rates gives the value.</summary>
    public static bool IsCapacity(string measure) => measure == Capacity;

    public static double OfBudget(string measure, MemoryBudget budget) => Budget[measure](budget);

    public static double? OfSummary(string measure, Summary summary) =>
        Derived.TryGetValue(measure, out Func<Summary, double?>? derived)
            ? derived(summary)
            : SummaryColumns.Find(measure).Get(summary).Number;
}
