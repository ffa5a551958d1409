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
    public static void Append(string path, string experiment, IReadOnlyList<PointCheck> checks) =>
        FileGuard.Writing($"--summary {path}", () => File.AppendAllText(path, Text(experiment, checks)));

    private static string Text(string experiment, IReadOnlyList<PointCheck> checks)
    {
        PointCheck[] failed = [.. checks.Where(c => c.Fails)];
        StringBuilder text = new();
        text.Append($"### {Cell(experiment)}: {Words.Count(checks.Count)} points, {(failed.Length == 0 ? "none moved beyond its tolerance" : $"{Words.Count(failed.Length)} failed")}\n\n");
        if (failed.Length == 0)
            return text.ToString();
        text.Append("| point | metric | baseline | now | why |\n| --- | --- | ---: | ---: | --- |\n");
        foreach (PointCheck check in failed)
        {
            if (check.Fault is not null)
                text.Append($"| {Cell(check.Point)} | | | | it {Cell(check.Fault)} |\n");
            foreach (Move move in check.Moves.Where(m => m.Fails).Take(Few))
                text.Append($"| {Cell(check.Point)} | {move.Metric} | {move.Before ?? "undefined"} | {move.Now ?? "undefined"} | {Cell(check.Why ?? "")} |\n");
        }
        return text.Append('\n').ToString();
    }

    /// <summary>Words that stay in their cell.</summary>
    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
