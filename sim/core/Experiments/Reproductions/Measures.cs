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

    private static readonly Dictionary<string, Func<Summary, double?>> Derived = new()
    {
        ["slo_violation_share"] = summary => 1 - summary.SloAttainment,
    };

    /// <summary>Those that are no column of summary.csv.</summary>
    public static IReadOnlyCollection<string> Own { get; } = [.. Budget.Keys, .. Derived.Keys];

    public static IReadOnlySet<string> Names { get; } =
        new HashSet<string>([.. Own, .. SummaryColumns.All.Select(column => column.Name)], StringComparer.Ordinal);

    /// <summary>True when the memory budget alone gives the value, without a run.</summary>
    public static bool NeedsNoRun(string measure) => Budget.ContainsKey(measure);

    public static double OfBudget(string measure, MemoryBudget budget) => Budget[measure](budget);

    public static double? OfSummary(string measure, Summary summary) =>
        Derived.TryGetValue(measure, out Func<Summary, double?>? derived)
            ? derived(summary)
            : SummaryColumns.Find(measure).Get(summary).Number;
}
