using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>The page of a sweep, from groups.csv and sweep.json: the same bytes however the sweep was run.</summary>
internal static class SweepPage
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static ReportContent Load(string directory)
    {
        ResultRows groups = ResultRows.Load(Path.Combine(directory, "groups.csv"));
        JsonObject about = JsonFile.Load(Path.Combine(directory, "sweep.json"));
        SweepFigures figures = new(groups);
        (IReadOnlyList<Figure> drawn, IReadOnlyList<string> skipped) = figures.Draw();
        string name = about["name"]?.ToString() ?? "sweep";
        return new ReportContent(name, html => Head(html, about, groups, figures.Axes), drawn, skipped,
            (html, _) => Origin(html, about, name));
    }

    private static void Head(StringBuilder html, JsonObject about, ResultRows groups, IReadOnlyList<string> axes)
    {
        if (about["description"] is JsonValue description)
            html.Append(Culture, $"<p>{Xml.Escape(description.ToString())}</p>\n");
        double points = groups.Rows.Sum(r => groups.Number(r, "points")), failed = groups.Rows.Sum(r => groups.Number(r, "failed"));
        bool seeds = points > groups.Rows.Count;
        string swept = axes.Count == 0 ? "" : $" Swept: {string.Join(", ", axes)}{(seeds ? " and seeds" : "")}.";
        string means = seeds ? " Values are means over seeds; ± is the half-width of the 95 % confidence interval." : "";
        html.Append(Culture,
            $"<p>{points:#,0} points in {groups.Rows.Count:#,0} groups.{Xml.Escape(swept)}{means}{(failed > 0 ? string.Create(Culture, $" {failed:#,0} points could not run: points.csv says why.") : "")}</p>\n");
        Findings.WriteWords(html);
        IEnumerable<string> labels = axes.Count > 0 ? axes : ["policy"];
        RowTable.Write(html, groups,
        [
            .. labels.Select(a => new RowColumn(a, a, groups.Rows.All(r => double.IsFinite(groups.Number(r, a))) ? Ticks.Short : null)),
            .. seeds ? [new RowColumn("points", "points", Ticks.Short)] : Array.Empty<RowColumn>(),
            .. failed > 0 ? [new RowColumn("failed", "failed", Ticks.Short)] : Array.Empty<RowColumn>(),
            .. SummaryTable.Columns.Select(c => new RowColumn(c.Title, c.Metric, c.Format)),
            new RowColumn("load", "verdict"),
        ]);
    }

    /// <summary>The experiment as a file that 'ellm sweep' reads, and the sources of times.</summary>
    private static void Origin(StringBuilder html, JsonObject about, string name)
    {
        JsonObject[] Objects(string list) => [.. (about[list] as JsonArray ?? []).OfType<JsonObject>()];
        string hashes = string.Join(", ", Objects("traces").Select(t => $"{t["trace"]} {t["sha256"]}"));
        Report.Origin.WriteHead(html, $"ellm sweep {Reproduce.Quoted(name + ".json")}", about["version"]?.ToString() ?? "", hashes);
        if (about["experiment"] is JsonObject experiment)
        {
            JsonObject file = new() { ["name"] = name };
            foreach ((string key, JsonNode? value) in experiment.Concat([new("metrics", Metrics(about))]).Where(e => e.Value is not null))
                file[key] = value!.DeepClone();
            html.Append(Culture, $"<p>{Xml.Escape(name)}.json:</p>\n<pre>{Xml.Escape(file.ToJsonString(Indented))}</pre>\n");
        }
        foreach (JsonObject source in Objects("sources"))
            Report.Origin.WriteSources(html, $"{source["model"]} on {source["tp"]} x {source["gpu"]}",
                source["time_model"] as JsonArray ?? [], []);
    }

    /// <summary>Null when all are kept, as in a file that names none.</summary>
    private static JsonArray? Metrics(JsonObject about) =>
        about["metrics"] is JsonArray kept && kept.Count < ELLM.Sim.Metrics.Summaries.SummaryColumns.Metrics.Count ? kept : null;

}
