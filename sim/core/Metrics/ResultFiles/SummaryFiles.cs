using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>A row of a summary: a run, or the reason why a policy could not start.</summary>
public sealed record SummaryRow(RunLabel Label, Summary? Summary, string? Reason = null);

/// <summary>What a result says about its own origin, beside the metrics. Nothing here depends on the machine or the hour.</summary>
/// <param name="Version">Version of the simulator.</param>
/// <param name="TraceHash">SHA-256 of the trace.</param>
/// <param name="Config">The resolved configuration, defaults included.</param>
/// <param name="TimeModel">Where iteration times come from.</param>
/// <param name="Memory">How the KV pool came about, each item with its value and origin.</param>
/// <param name="PolicyAssemblies">Name and SHA-256 of the user's assemblies that the policy comes from; null for a shipped one.</param>
public sealed record RunManifest(
    string Version, string TraceHash, JsonObject Config, JsonArray TimeModel, JsonObject? Memory = null,
    JsonArray? PolicyAssemblies = null);

/// <summary>Writes summary.csv and summary.json from <see cref="SummaryColumns"/>.</summary>
public static class SummaryFiles
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>One row a run; the last column, <c>not_started</c>, holds the reason of a policy that could not start.</summary>
    public static void WriteCsv(Stream target, IEnumerable<SummaryRow> rows)
    {
        using CsvBuffer csv = new(target);
        foreach (SummaryColumn column in SummaryColumns.All)
            csv.Text(column.Name);
        csv.Text("not_started");
        csv.EndRow();
        foreach (SummaryRow row in rows)
        {
            for (int i = 0; i < SummaryColumns.All.Count; i++)
                csv.Text(Value(row, i).ToString());
            csv.Text(row.Reason ?? "");
            csv.EndRow();
        }
    }

    /// <summary>One object a run.</summary>
    public static void WriteJson(Stream target, SummaryRow row, RunManifest manifest)
    {
        using Utf8JsonWriter json = new(target, Indented);
        WriteRun(json, row, manifest);
        json.Flush();
        target.WriteByte((byte)'\n');
    }

    /// <summary>An array with an object a run.</summary>
    public static void WriteJson(Stream target, IEnumerable<(SummaryRow Row, RunManifest? Manifest)> runs)
    {
        using Utf8JsonWriter json = new(target, Indented);
        json.WriteStartArray();
        foreach ((SummaryRow row, RunManifest? manifest) in runs)
            WriteRun(json, row, manifest);
        json.WriteEndArray();
        json.Flush();
        target.WriteByte((byte)'\n');
    }

    private static void WriteRun(Utf8JsonWriter json, SummaryRow row, RunManifest? manifest)
    {
        json.WriteStartObject();
        for (int i = 0; i < SummaryColumns.Labels.Count; i++)
            WriteProperty(json, SummaryColumns.All[i].Name, Value(row, i));
        if (row.Reason is not null)
            json.WriteString("not_started", row.Reason);
        if (manifest is not null)
        {
            json.WriteString("version", manifest.Version);
            json.WriteString("trace_sha256", manifest.TraceHash);
            json.WritePropertyName("time_model");
            WriteNode(json, manifest.TimeModel);
            json.WritePropertyName("memory");
            WriteNode(json, manifest.Memory);
            if (manifest.PolicyAssemblies is not null)
            {
                json.WritePropertyName("policy_assemblies");
                WriteNode(json, manifest.PolicyAssemblies);
            }
            json.WritePropertyName("config");
            WriteNode(json, manifest.Config);
        }
        if (row.Summary is not null)
        {
            json.WriteStartObject("metrics");
            for (int i = SummaryColumns.Labels.Count; i < SummaryColumns.All.Count; i++)
                WriteProperty(json, SummaryColumns.All[i].Name, Value(row, i));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, in SummaryValue value)
    {
        json.WritePropertyName(name);
        if (value.IsUndefined)
            json.WriteNullValue();
        else if (value.IsText)
            json.WriteStringValue(value.ToString());
        else
            json.WriteRawValue(value.ToString());
    }

    private static void WriteNode(Utf8JsonWriter json, JsonNode? node)
    {
        if (node is null)
            json.WriteNullValue();
        else
            node.WriteTo(json);
    }

    private static SummaryValue Value(SummaryRow row, int column) => (row.Summary, column) switch
    {
        (Summary summary, _) => SummaryColumns.All[column].Get(summary),
        (null, _) when SummaryColumns.All[column].IsLabel => SummaryColumns.All[column].Get(Empty(row.Label)),
        _ => SummaryValue.Undefined,
    };

    private static Summary Empty(RunLabel label) => new() { Label = label, LedgerTotalsPs = [], LedgerMeanShares = [] };
}
