namespace ELLM.Sim.Metrics.Summaries;

/// <summary>The one table of summary metrics: summary.csv, summary.json, comparisons, checks and their documentation read it.</summary>
public static class SummaryColumns
{
    public static IReadOnlyList<SummaryColumn> All { get; } =
    [
        Label("trace", "", "base name of the trace", s => SummaryValue.Text(s.Label.Trace)),
        Label("policy", "", "memory policy", s => SummaryValue.Text(s.Label.Policy)),
        Label("model", "", "model name", s => SummaryValue.Text(s.Label.Model)),
        Label("gpu", "", "GPU name", s => SummaryValue.Text(s.Label.Gpu)),
        Label("tp", "ranks", "tensor-parallel ranks", s => SummaryValue.Integer(s.Label.Tp)),
        Label("pp", "stages", "pipeline-parallel stages", s => SummaryValue.Integer(s.Label.Pp)),
        Label("seed", "1", "seed of everything random in the run", s => SummaryValue.Integer(s.Label.Seed)),
        .. LoadColumns.All,
        .. LatencyColumns.All,
        .. ObjectiveColumns.All,
        .. BatchColumns.All,
        .. MemoryColumns.All,
        .. PrefixColumns.All,
        .. ComputeColumns.All,
        .. LedgerColumns.All,
    ];

    /// <summary>The columns that say which run it is: the first ones.</summary>
    public static IReadOnlyList<SummaryColumn> Labels { get; } = [.. All.Where(c => c.IsLabel)];

    /// <summary>All but the label.</summary>
    public static IReadOnlyList<SummaryColumn> Metrics { get; } = [.. All.Where(c => !c.IsLabel)];

    public static SummaryColumn Find(string name) => All.First(c => c.Name == name);

    private static SummaryColumn Label(string name, string unit, string doc, Func<Summary, SummaryValue> get) =>
        new(name, unit, Better.Neither("says which run it is"), doc, get) { IsLabel = true };
}
