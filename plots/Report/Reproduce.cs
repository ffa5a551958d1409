using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Plots.Report;

/// <summary>A command line that gives the settings found in a summary: what differs from the presets becomes <c>--set</c>.</summary>
internal static class Reproduce
{
    /// <summary>Null when the settings are not all there or the presets are not known here.</summary>
    public static string? Command(IReadOnlyList<RunResult> runs)
    {
        JsonObject[] configs = [.. runs.Select(r => r.Summary?["config"] as JsonObject).OfType<JsonObject>()];
        if (configs.Length == 0 || configs.Length < runs.Count)
            return null;
        List<(string Path, string Value)>[] changes = new List<(string, string)>[configs.Length];
        for (int i = 0; i < configs.Length; i++)
        {
            if (configs[i]["preset"]?.ToString() is not string preset || !PresetCatalog.Names.Contains(preset))
                return null;
            changes[i] = [.. Differences(configs[i], ConfigBinder.ToTree(ConfigBinder.Bind(PresetCatalog.Load(preset), [])), "")];
        }
        string names = string.Join(',', configs.Select(c => c["preset"]!.ToString()));
        string head = configs.Length == 1
            ? $"ellm replay {Quoted(runs[0].Trace)} --policy {names}"
            : $"ellm compare {Quoted(runs[0].Trace)} --policies {names}";
        string sets = string.Concat(changes.SelectMany(c => c).Distinct().Select(c => Flag(c.Path, c.Value)));
        bool alike = changes.All(c => c.SequenceEqual(changes[0]));
        return head + sets + (alike ? "" : "\n# some of the settings above were not those of every policy: see the table below");
    }

    /// <summary>As one word for a POSIX shell.</summary>
    public static string Quoted(string text) =>
        text.Length > 0
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ',' or ':' or '+' or '@' or '%')
            ? text
            : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Flag(string path, string value) => path is "model" or "gpu" or "tp" or "seed"
        ? $" --{path} {Quoted(value)}"
        : $" --set {Quoted(path + "=" + value)}";

    private static IEnumerable<(string Path, string Value)> Differences(JsonObject tree, JsonObject standard, string prefix)
    {
        foreach ((string name, JsonNode? value) in tree)
        {
            string path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            if (value is JsonObject inner)
            {
                foreach ((string, string) difference in Differences(inner, standard[name] as JsonObject ?? [], path))
                    yield return difference;
            }
            else if (!JsonNode.DeepEquals(value, standard[name]))
            {
                yield return (path, HtmlReport.Plain(value));
            }
        }
    }
}
