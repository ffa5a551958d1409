using System.Text;
using ELLM.Sim.Experiments.Regression;
using ELLM.Sim.Files;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A check as Markdown, for the summary page of a CI job.</summary>
internal static class CheckSummary
{
    /// <summary>Moved metrics shown of one point.</summary>
    private const int Few = 5;

    /// <summary>Adds to the file: other steps of the job may have written theirs.</summary>
    public static void Append(string path, string experiment, IReadOnlyList<PointCheck> checks)
    {
        string what = $"--summary {path}";
        string before = File.Exists(path) ? FileGuard.Reading(what, () => File.ReadAllText(path)) : "";
        FileReplacement.Write(path, before + Text(experiment, checks), what);
    }

    private static string Text(string experiment, IReadOnlyList<PointCheck> checks)
    {
        PointCheck[] failed = [.. checks.Where(c => c.Fails)];
        StringBuilder text = new();
        string verdict = failed.Length == 0 ? "none moved beyond its tolerance" : $"{Words.Count(failed.Length)} failed";
        text.Append($"### {Cell(experiment)}: {Words.Count(checks.Count)} points, {verdict}\n\n");
        if (failed.Length == 0)
            return text.ToString();
        text.Append("| point | metric | baseline | now | why |\n| --- | --- | ---: | ---: | --- |\n");
        foreach (PointCheck check in failed)
        {
            if (check.Fault is not null)
                text.Append($"| {Cell(check.Point)} | | | | it {Cell(check.Fault)} |\n");
            foreach (Move move in check.Moves.Where(m => m.Fails).Take(Few))
                text.Append($"| {Cell(check.Point)} | {move.Metric} | {Value(move.Before)} | {Value(move.Now)} ")
                    .Append($"| {Cell(check.Why ?? "")} |\n");
        }
        return text.Append('\n').ToString();
    }

    private static string Value(string? value) => value ?? "undefined";

    /// <summary>Words that stay in their cell.</summary>
    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
