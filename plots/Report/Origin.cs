using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>Where the results come from: the command, the settings, the sources of times and of the memory budget.</summary>
internal static class Origin
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static void Write(StringBuilder html, IReadOnlyList<RunResult> results, string? command)
    {
        RunResult[] runs = [.. results.Where(r => r.Summary is not null)];
        WriteHead(html, command, Distinct(runs, "version"), Distinct(runs, "trace_sha256"));
        Settings(html, runs);
        foreach (RunResult run in runs)
            WriteSources(html, run.Policy, run.Summary!["time_model"] as JsonArray ?? [], run.Summary["memory"] as JsonObject ?? []);
    }

    /// <summary>The command, the version, the traces.</summary>
    /// <param name="hashes">SHA-256 of the traces, separated by commas.</param>
    public static void WriteHead(StringBuilder html, string? command, string versions, string hashes)
    {
        html.Append("<h2>How to reproduce this</h2>\n");
        if (command is not null)
            html.Append(Culture, $"<pre id=\"command\">{Xml.Escape(command)}</pre>\n");
        if (versions.Length > 0)
            html.Append(Culture,
                $"<p>ELLM.Sim {Xml.Escape(versions)}; trace SHA-256 {Xml.Escape(hashes)}. The same version, trace and settings give the "
                    + $"same bytes on any machine.</p>\n");
    }

    private static string Distinct(IEnumerable<RunResult> runs, string name) =>
        string.Join(", ",
            runs.Select(r => r.Summary![name]?.ToString()).Where(v => !string.IsNullOrEmpty(v)).Distinct(StringComparer.Ordinal));

    /// <summary>Settings that all runs share once, the others a column a run.</summary>
    private static void Settings(StringBuilder html, RunResult[] runs)
    {
        RunResult[] with = [.. runs.Where(r => r.Summary!["config"] is JsonObject)];
        if (with.Length == 0)
            return;
        List<(string Path, string[] Values)> rows = [];
        foreach (string path in with.SelectMany(r => Leaves(r.Summary!["config"]!, "")).Select(l => l.Path)
            .Distinct(StringComparer.Ordinal))
            rows.Add((path, [.. with.Select(r => Leaves(r.Summary!["config"]!, "").FirstOrDefault(l => l.Path == path).Value ?? "")]));
        bool Same(string[] values) => values.Distinct(StringComparer.Ordinal).Count() == 1;
        if (with.Length > 1 && rows.Any(r => !Same(r.Values)))
        {
            html.Append(
                "<details open><summary>Settings that differ</summary>\n<div class=\"scroll\"><table>\n<thead><tr><th>setting</th>");
            foreach (RunResult run in with)
                html.Append(Culture, $"<th class=\"word\">{Xml.Escape(run.Policy)}</th>");
            html.Append("</tr></thead>\n<tbody>\n");
            foreach ((string path, string[] values) in rows.Where(r => !Same(r.Values)))
                html.Append(Culture,
                    $"<tr><td>{Xml.Escape(path)}</td>{string.Concat(values.Select(v => $"<td class=\"word\">{Xml.Escape(v)}</td>"))}</tr>\n");
            html.Append("</tbody></table></div></details>\n");
        }
        html.Append(Culture, $"<details><summary>{(with.Length > 1 ? "Settings that all runs share" : "Settings")}</summary>\n<pre>");
        foreach ((string path, string[] values) in rows.Where(r => Same(r.Values)))
            html.Append(Culture, $"{Xml.Escape(path)} = {Xml.Escape(values[0])}\n");
        html.Append("</pre></details>\n");
    }

    /// <param name="times">Parts of the time model with their sources.</param>
    /// <param name="memory">Lines of the memory budget; empty when there is none to show.</param>
    public static void WriteSources(StringBuilder html, string whose, JsonArray times, JsonObject memory)
    {
        if (times.Count + memory.Count == 0)
            return;
        html.Append(Culture,
            $"<details><summary>Where the times {(memory.Count > 0 ? "and the memory budget " : "")}of {Xml.Escape(whose)} come "
                + $"from</summary>\n<div class=\"scroll\"><table>\n<tbody>\n");
        foreach (JsonObject part in times.OfType<JsonObject>())
        {
            string borrowed = part["borrowed"] is JsonValue b && b.GetValueKind() == JsonValueKind.True
                ? " (borrowed from another device)"
                : "";
            Line(html, HtmlReport.Plain(part["part"]), "", HtmlReport.Plain(part["source"]) + borrowed);
        }
        foreach ((string name, JsonNode? line) in memory)
            Line(html, name, HtmlReport.Plain(line is JsonObject ? line["value"] : line),
                line is JsonObject ? HtmlReport.Plain(line["origin"]) : "");
        html.Append("</tbody></table></div></details>\n");
    }

    private static void Line(StringBuilder html, string name, string value, string origin) =>
        html.Append(Culture,
            $"<tr><td>{Xml.Escape(name)}</td><td>{Xml.Escape(value)}</td><td class=\"word\">{Xml.Escape(origin)}</td></tr>\n");

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode? node, string path) => node is JsonObject tree
        ? tree.SelectMany(e => Leaves(e.Value, path.Length == 0 ? e.Key : $"{path}.{e.Key}"))
        : [(path, HtmlReport.Plain(node))];
}
