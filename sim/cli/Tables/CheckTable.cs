using System.Globalization;
using ELLM.Sim.Experiments.Regression;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A check as people read it: what moved, and which part of the requests' time explains it.</summary>
internal static class CheckTable
{
    /// <summary>Rows of a point unless all are asked for.</summary>
    private const int Few = 6;

    public static void Write(TextWriter target, string experiment, IReadOnlyList<PointCheck> checks, bool all)
    {
        foreach (PointCheck check in checks.Where(c => c.Fault is not null || c.Moves.Count > 0))
        {
            target.Write(
                $"{check.Point}: {(check.Fails ? "FAILED" : "moved within tolerances")}{(check.Fault is null ? "" : $": it {check.Fault}")}\n");
            if (check.Fault is not null)
                continue;
            TextTable table = new(["  metric", "baseline", "now", "change", ""], "");
            foreach (Move move in check.Moves.Take(all ? int.MaxValue : Few))
                table.Add(
                    [$"  {move.Metric}", Cell(move.Before), Cell(move.Now), Change(move),
                        move.Fails ? move.Verdict : $"{move.Verdict}, allowed"]);
            table.Write(target);
            if (!all && check.Moves.Count > Few)
                target.Write($"  and {check.Moves.Count - Few} more: --verbose\n");
            target.Write($"  why: {check.Why}\n\n");
        }
        int failed = checks.Count(c => c.Fails);
        string verdict = failed == 0 ? "none moved beyond its tolerance" : $"{Words.Count(failed)} failed";
        target.Write($"{experiment}: {Words.Count(checks.Count)} points, {verdict}\n");
    }

    /// <summary>Workflow commands that GitHub turns into annotations of the experiment file.</summary>
    public static void Annotate(TextWriter target, string file, IReadOnlyList<PointCheck> checks)
    {
        foreach (PointCheck check in checks.Where(c => c.Fails))
            target.Write(
                $"::error file={Property(file)},title={Property($"ellm check: {check.Point}")}::{Data(JUnitReport.MessageOf(check))}\n");
    }

    private static string Cell(string? value) => value is null ? "undefined" : value.Length > 18 ? value[..18] : value;

    private static string Change(Move move) => move.Relative is double share
        ? (share * 100).ToString(Math.Abs(share) < 0.1 ? "+0.00;-0.00" : "+#,0;-#,0", CultureInfo.InvariantCulture) + "%"
        : Words.Undefined;

    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) =>
        Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
