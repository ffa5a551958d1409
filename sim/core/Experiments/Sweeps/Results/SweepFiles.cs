using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>The result files of a sweep; the same results give the same bytes, however they came about.</summary>
/// <remarks>
/// points.csv: a row a point: its label, its axes, every metric kept, why it failed. groups.csv: a row for points that differ in
/// their seed alone: for each metric its mean, and in <c>…_ci95</c> the half-width of the 95 % confidence interval in the same unit.
/// sweep.json: what the experiment is and where its numbers come from.
/// </remarks>
public static class SweepFiles
{
    public static IReadOnlyList<string> Names { get; } = ["points.csv", "groups.csv", "sweep.json"];

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <param name="results">Every point, in order.</param>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(SweepPlan plan, IReadOnlyList<PointResult> results) =>
    [
        (Names[0], s => WritePoints(s, plan, results)),
        (Names[1], s => WriteGroups(s, plan, results)),
        (Names[2], s => WriteJson(s, plan, results)),
    ];

    public static void WritePoints(Stream target, SweepPlan plan, IReadOnlyList<PointResult> results)
    {
        int[] metrics = MetricsOf(plan), axes = AxesBesideLabel(plan);
        using CsvBuffer csv = new(target);
        csv.Text("point");
        WriteHeader(csv, plan, axes, LabelNames);
        foreach (int metric in metrics)
            csv.Text(PointResult.MetricNames[metric]);
        csv.Text("failed");
        csv.EndRow();
        foreach (PointResult result in results)
        {
            csv.Integer(result.Point);
            foreach (string text in result.Label)
                csv.Text(text);
            foreach (int axis in axes)
                csv.Text(result.Axes[axis]);
            foreach (int metric in metrics)
                csv.Text(result.Failed is null ? result.Metrics[metric] : "");
            csv.Text(result.Failed ?? "");
            csv.EndRow();
        }
    }

    public static void WriteGroups(Stream target, SweepPlan plan, IReadOnlyList<PointResult> results)
    {
        int[] metrics = MetricsOf(plan), axes = AxesBesideLabel(plan);
        string[] label = LabelNames[..^1];
        using CsvBuffer csv = new(target);
        WriteHeader(csv, plan, axes, label);
        csv.Text("points");
        csv.Text("failed");
        foreach (int metric in metrics)
        {
            csv.Text(PointResult.MetricNames[metric]);
            if (!SweepGroup.IsText(metric))
                csv.Text(PointResult.MetricNames[metric] + "_ci95");
        }
        csv.EndRow();
        foreach (SweepGroup group in SweepGroup.Of(plan, results))
        {
            for (int i = 0; i < label.Length; i++)
                csv.Text(group.First.Label[i]);
            foreach (int axis in axes)
                csv.Text(group.First.Axes[axis]);
            csv.Integer(group.Points.Count);
            csv.Integer(group.Failed);
            foreach (int metric in metrics)
            {
                if (SweepGroup.IsText(metric))
                {
                    csv.Text(group.Words(metric));
                    continue;
                }
                MeanInterval mean = group.Mean(metric);
                csv.Text(SummaryValue.Real(mean.Mean).ToString());
                csv.Text(SummaryValue.Real(mean.HalfWidth).ToString());
            }
            csv.EndRow();
        }
    }

    private static void WriteJson(Stream target, SweepPlan plan, IReadOnlyList<PointResult> results)
    {
        JsonObject tree = new()
        {
            ["name"] = plan.Name,
            ["description"] = plan.Description,
            ["sha256"] = plan.Sha256,
        };
        foreach ((string name, JsonNode? value) in plan.Content)
            tree[name] = value?.DeepClone();
        tree["failed"] = results.Count(r => r.Failed is not null);
        tree["axes"] = new JsonArray([.. plan.Axes.Select(a => (JsonNode?)a)]);
        tree["metrics"] = new JsonArray([.. plan.Metrics.Select(m => (JsonNode)m)]);
        tree["confidence"] = "half-width of the 95 % interval of the mean over seeds, Student's t";
        tree["traces"] = new JsonArray([.. results
            .Where(r => r.TraceSha256.Length > 0)
            .DistinctBy(r => r.TraceSha256)
            .Select(r => (JsonNode)new JsonObject { ["trace"] = r.Label[0], ["sha256"] = r.TraceSha256, ["first_point"] = r.Point })]);
        tree["sources"] = plan.Sources.DeepClone();
        using Utf8JsonWriter json = new(target, Indented);
        tree.WriteTo(json);
        json.Flush();
        target.WriteByte((byte)'\n');
    }

    private static string[] LabelNames { get; } = [.. SummaryColumns.Labels.Select(c => c.Name)];

    private static int[] MetricsOf(SweepPlan plan) => [.. plan.Metrics.Select(name => PointResult.MetricNames.ToList().IndexOf(name))];

    /// <summary>Axes that have no column in the label, as places in <see cref="SweepPlan.Axes"/>.</summary>
    private static int[] AxesBesideLabel(SweepPlan plan) =>
        [.. Enumerable.Range(0, plan.Axes.Count).Where(i => !LabelNames.Contains(plan.Axes[i], StringComparer.Ordinal))];

    private static void WriteHeader(CsvBuffer csv, SweepPlan plan, int[] axes, string[] label)
    {
        foreach (string name in label)
            csv.Text(name);
        foreach (int axis in axes)
            csv.Text(AxisSetting.Find(plan.Axes[axis]).Column);
    }
}
