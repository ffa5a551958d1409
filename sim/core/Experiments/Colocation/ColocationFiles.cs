using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>Result files of a comparison of sharing policies.</summary>
public static class ColocationFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    private static readonly string[] Own = ["kv_held_mean_bytes", "kv_held_peak_bytes", "kv_live_mean_bytes", "pages_mapped",
        "pages_unmapped", "iteration_map_stall_s"];

    /// <summary>summary.csv and summary.json of all, and for each policy requests.csv and a timeline a model.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(
        ColocationPlan plan, IReadOnlyList<ColocationReport> reports, IReadOnlyList<string> log) =>
    [
        .. reports.SelectMany(r => Tables(plan, r)),
        ("summary.csv", s => WriteCsv(s, reports)),
        ("summary.json", s => WriteJson(s, plan, reports)),
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(log.Select(line => line + "\n"))))),
    ];

    /// <summary>A row for all models together (model_id all), then one a model; policy after policy.</summary>
    public static void WriteCsv(Stream target, IReadOnlyList<ColocationReport> reports)
    {
        using CsvBuffer csv = new(target);
        foreach (string name in (string[])[.. SummaryColumns.Labels.Select(c => c.Name), "model_id", "gpu_index",
            .. SummaryColumns.Metrics.Select(c => c.Name), .. Own])
            csv.Text(name);
        csv.EndRow();
        foreach (ColocationReport report in reports)
        {
            Row(csv, report.Total, "all", null, Values(report));
            foreach (EngineReport engine in report.Engines)
                Row(csv, engine.Summary, engine.Id, engine.Gpu, Values(engine));
        }
    }

    /// <summary>An object a policy: configuration, all models together, each model.</summary>
    public static void WriteJson(Stream target, ColocationPlan plan, IReadOnlyList<ColocationReport> reports)
    {
        JsonArray runs = [];
        foreach (ColocationReport report in reports)
        {
            JsonArray models = [];
            foreach (EngineReport engine in report.Engines)
            {
                JsonObject one = new() { ["model_id"] = engine.Id, ["model"] = engine.Summary.Label.Model, ["gpu_index"] = engine.Gpu };
                one["metrics"] = Object(engine.Summary, Values(engine));
                models.Add((JsonNode)one);
            }
            runs.Add((JsonNode)new JsonObject
            {
                ["trace"] = report.Total.Label.Trace,
                ["policy"] = report.Policy,
                ["gpu"] = report.Total.Label.Gpu,
                ["gpus"] = plan.Placement.Gpus,
                ["version"] = RunReport.Version,
                ["trace_sha256"] = plan.Requests.Trace.ContentHash,
                ["model_map"] = plan.Map.Name,
                ["colocation"] = ColocationKeys.ToTree(plan.Spec),
                ["config"] = ConfigBinder.ToTree(plan.Config with { Gpu = report.Total.Label.Gpu }),
                ["metrics"] = Object(report.Total, Values(report)),
                ["models"] = models,
            });
        }
        target.Write(Encoding.UTF8.GetBytes(runs.ToJsonString(Indented) + "\n"));
    }

    private static IEnumerable<(string Name, Action<Stream> Write)> Tables(ColocationPlan plan, ColocationReport report)
    {
        if (report.Outcome is null)
            yield break;
        string[] models = [.. plan.Engines.Select(e => e.Model.Id)];
        yield return ($"{report.Policy}/requests.csv", s => RequestsCsv.Write(s, report.Outcome.Records, models));
        for (int i = 0; i < report.Engines.Count; i++)
        {
            int engine = i;
            Deployment deployment = report.Policy == "static-split" ? plan.Engines[i].Split : plan.Engines[i].Deployment;
            yield return (
                FormattableString.Invariant($"{report.Policy}/timeline/{i}.csv"),
                s => new TimelineCsv(deployment.Budget, 1).Write(s, report.Engines[engine].Timeline.Rows));
        }
    }

    private static void Row(CsvBuffer csv, Summary summary, string id, int? gpu, SummaryValue[] own)
    {
        foreach (SummaryColumn column in SummaryColumns.Labels)
            csv.Text(column.Get(summary).ToString());
        csv.Text(id);
        csv.Text(gpu is int index ? SummaryValue.Integer(index).ToString() : "");
        foreach (SummaryValue value in SummaryColumns.Metrics.Select(c => c.Get(summary)).Concat(own))
            csv.Text(value.ToString());
        csv.EndRow();
    }

    private static JsonObject Object(Summary summary, SummaryValue[] own)
    {
        JsonObject metrics = [];
        foreach (SummaryColumn column in SummaryColumns.Metrics)
            metrics[column.Name] = Node(column.Get(summary));
        for (int i = 0; i < Own.Length; i++)
            metrics[Own[i]] = Node(own[i]);
        return metrics;
    }

    private static JsonNode? Node(SummaryValue value) =>
        value.IsUndefined ? null : value.IsText ? JsonValue.Create(value.ToString()) : JsonNode.Parse(value.ToString());

    private static SummaryValue[] Values(EngineReport e) =>
        Values(e.HeldMeanBytes, e.HeldPeakBytes, e.LiveMeanBytes, e.MappedPages, e.UnmappedPages, e.MapStallPs);

    /// <summary>Peaks of single models need not coincide, so all together have none.</summary>
    private static SummaryValue[] Values(ColocationReport r) =>
        Values(r.HeldMeanBytes, null, r.LiveMeanBytes, r.MappedPages, r.UnmappedPages, r.MapStallPs);

    private static SummaryValue[] Values(double held, long? peak, double live, long mapped, long unmapped, long stallPs) =>
    [
        SummaryValue.Real(held),
        peak is long p ? SummaryValue.Integer(p) : SummaryValue.Undefined,
        SummaryValue.Real(live),
        SummaryValue.Integer(mapped),
        SummaryValue.Integer(unmapped),
        SummaryValue.Seconds(stallPs),
    ];
}
