using System.Globalization;
using System.Text.Json.Nodes;
using ELLM.Sim.Experiments;
using ELLM.Sim.Files;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Reads the directory that <c>replay</c> or <c>compare</c> wrote; files that are missing are figures that are missing.</summary>
public static class RunLoader
{
    /// <exception cref="InputException">No directory, nothing in it that a run writes, or a file that is not what its name says.</exception>
    public static IReadOnlyList<RunResult> Load(string directory)
    {
        if (!Directory.Exists(directory))
            throw new InputException($"{directory}: expected the directory of a run, found {(File.Exists(directory) ? "a file" : "nothing")}");
        List<RunResult> runs = [];
        foreach (JsonObject summary in Summaries(Path.Combine(directory, "summary.json")))
        {
            string policy = Text(summary, "policy") ?? $"run {runs.Count + 1}";
            runs.Add(new RunResult(policy) { Trace = Text(summary, "trace") ?? "", Summary = summary });
        }
        if (runs.Count == 0)
            runs.AddRange(Folders(directory).Select(folder => new RunResult(folder)));
        bool single = File.Exists(Path.Combine(directory, "requests.csv")) || File.Exists(Path.Combine(directory, "timeline.csv"));
        if (runs.Count == 0 && single)
            runs.Add(new RunResult("run"));
        if (runs.Count == 0)
            throw new InputException($"{directory}: no results: expected summary.json, requests.csv, timeline.csv, groups.csv, capacity.csv or plan.csv, as replay, compare, sweep, capacity and plan write them with --out");
        return [.. runs.Select(run => WithTables(run, Folder(directory, run.Policy, single && runs.Count == 1)))];
    }

    private static string Folder(string directory, string policy, bool single) =>
        single ? directory : Path.Combine(directory, RunFiles.FolderOf(policy));

    private static IEnumerable<string> Folders(string directory) =>
        Directory.EnumerateDirectories(directory)
            .Where(d => File.Exists(Path.Combine(d, "requests.csv")) || File.Exists(Path.Combine(d, "timeline.csv")))
            .Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    private static RunResult WithTables(RunResult run, string folder) =>
        run with { Requests = Table(Path.Combine(folder, "requests.csv")), Timeline = Table(Path.Combine(folder, "timeline.csv")) };

    private static IEnumerable<JsonObject> Summaries(string file)
    {
        if (!File.Exists(file))
            return [];
        return JsonTexts.Tree(file, FileGuard.Text(file)) switch
        {
            JsonObject one => [one],
            JsonArray many => [.. many.OfType<JsonObject>()],
            _ => throw new InputException($"{file}: expected an object or an array of runs"),
        };
    }

    private static string? Text(JsonObject summary, string name) => summary[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Numbers of a CSV file; a word in a cell counts by its place in the column's words, see <c>status</c>.</summary>
    private static NumberTable? Table(string file)
    {
        if (!File.Exists(file))
            return null;
        using StreamReader reader = new(file);
        string[] names = (reader.ReadLine() ?? "").Split(',', StringSplitOptions.TrimEntries);
        List<double>[] columns = [.. names.Select(_ => new List<double>())];
        int row = 1;
        while (reader.ReadLine() is string line)
        {
            row++;
            if (line.Length == 0)
                continue;
            int column = 0;
            foreach (Range range in line.AsSpan().Split(','))
            {
                if (column < columns.Length)
                    columns[column].Add(Number(line.AsSpan()[range]));
                column++;
            }
            if (column != columns.Length)
                throw InputException.At(file, row, $"{columns.Length} cells as in the header", $"{column}");
        }
        Dictionary<string, double[]> table = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
            table.TryAdd(names[i], [.. columns[i]]);
        return new NumberTable(file, row == 1 || columns.Length == 0 ? 0 : columns[0].Count, table);
    }

    private static double Number(ReadOnlySpan<char> cell) => cell switch
    {
        "finished" => 1,
        "rejected" => 2,
        "unfinished" => 0,
        _ => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN,
    };
}
