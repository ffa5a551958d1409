using System.Text.Json.Nodes;

namespace ELLM.Sim.Plots.Figures;

/// <summary>One run as its files tell it: what a report and its figures are made of.</summary>
/// <param name="Policy">Name of the policy; unique in a directory.</param>
public sealed record RunResult(string Policy)
{
    public string Trace { get; init; } = "";

    /// <summary>The run's object in summary.json: labels, metrics, configuration, provenance.</summary>
    public JsonObject? Summary { get; init; }

    /// <summary>Columns of requests.csv, empty cells as NaN; null when the file is not there.</summary>
    public NumberTable? Requests { get; init; }

    /// <summary>Columns of timeline.csv.</summary>
    public NumberTable? Timeline { get; init; }

    /// <summary>Why the policy did not start, if it did not.</summary>
    public string? NotStarted => Summary?["not_started"] is JsonValue reason ? reason.ToString() : null;

    /// <summary>A metric, NaN when undefined or absent.</summary>
    public double Metric(string name) =>
        (Summary?["metrics"] as JsonObject)?[name] is JsonValue value && value.TryGetValue(out double number) ? number : double.NaN;

    /// <summary>An item of the memory budget of one GPU, NaN when absent.</summary>
    public double Memory(string name) =>
        (Summary?["memory"] as JsonObject)?[name] is JsonObject line && line["value"] is JsonValue value && value.TryGetValue(out double number) ? number : double.NaN;

    /// <summary>A text of the configuration; null when it is not there.</summary>
    public string? Setting(string section, string name) =>
        ((Summary?["config"] as JsonObject)?[section] as JsonObject)?[name] is JsonValue value && value.TryGetValue(out string? text)
            ? text : null;

    public int Ranks => Summary?["tp"] is JsonValue tp && tp.TryGetValue(out int ranks) ? ranks : 1;
}

/// <summary>Columns of numbers by name, all of one length.</summary>
public sealed record NumberTable(string File, int Rows, IReadOnlyDictionary<string, double[]> Columns)
{
    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!Columns.ContainsKey(name))
                return false;
        }
        return true;
    }

    /// <summary>The first of the names that is not a column, for messages.</summary>
    public string? Missing(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!Columns.ContainsKey(name))
                return name;
        }
        return null;
    }

    public double[] this[string name] => Columns[name];

    /// <summary>The rows that a test on their index keeps.</summary>
    public NumberTable Where(Func<int, bool> keep)
    {
        int[] rows = [.. Enumerable.Range(0, Rows).Where(keep)];
        return rows.Length == Rows
            ? this
            : new NumberTable(File, rows.Length, Columns.ToDictionary(c => c.Key, c => Array.ConvertAll(rows, r => c.Value[r])));
    }
}
