using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;

namespace ELLM.Sim.Plots.Report;

/// <summary>What a directory of results has to show, by the files that are in it.</summary>
internal static class ResultPages
{
    public static IReadOnlyList<string> FigureNames { get; } = [.. RunFigures.Names.Concat(SweepFigures.Names).Concat(StudyFigures.Names)
        .Distinct()];

    /// <exception cref="InputException">Nothing in it that a command writes, or a file that is not what its name says.</exception>
    public static ReportContent Load(string directory)
    {
        bool Has(string name) => File.Exists(Path.Combine(directory, name));
        if (Has("plan.csv"))
            return StudyPage.OfPlan(directory);
        if (Has("phase.csv"))
            return StudyPage.OfPhase(directory);
        if (Has("capacity.csv"))
            return StudyPage.OfCapacity(directory);
        if (Has("groups.csv"))
            return SweepPage.Load(directory);
        if (Has("points.csv") || Directory.Exists(Path.Combine(directory, "journal")))
            throw new InputException(
                $"{directory}: a sweep that is not complete: no groups.csv; 'ellm sweep status' says what is missing, the same 'ellm "
                    + $"sweep' goes on");
        return OfRuns(directory);
    }

    private static ReportContent OfRuns(string directory)
    {
        IReadOnlyList<RunResult> runs = RunLoader.Load(directory);
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = RunFigures.Of(runs);
        string trace = runs.Select(r => r.Trace).FirstOrDefault(t => t.Length > 0) ?? "results";
        return new ReportContent(
            runs.Count == 1 ? $"{trace}: {runs[0].Policy}" : $"{trace}: {runs.Count} memory policies compared",
            html =>
            {
                Findings.Write(html, runs);
                SummaryTable.Write(html, runs);
            },
            figures,
            skipped,
            (html, command) => Origin.Write(html, runs, command ?? Reproduce.Command(runs)));
    }
}
