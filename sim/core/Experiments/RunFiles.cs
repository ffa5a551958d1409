using System.Text;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments;

/// <summary>The files of a run directory.</summary>
public static class RunFiles
{
    /// <summary>requests.csv, timeline.csv, summary.csv, summary.json and run.log of one run.</summary>
    /// <param name="log">What was said while running: the only file that may differ between two runs of the same thing.</param>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(RunReport report, Trace trace, IReadOnlyList<string> log) =>
    [
        .. Tables(report, ""),
        ("summary.csv", s => SummaryFiles.WriteCsv(s, [report.Row])),
        ("summary.json", s => SummaryFiles.WriteJson(s, report.Row, report.Manifest(trace))),
        Log(log),
    ];

    /// <summary>One summary of all runs, and a folder with requests.csv and timeline.csv for each that ran.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(IReadOnlyList<RunReport> reports, Trace trace, IReadOnlyList<string> log) =>
    [
        .. reports.SelectMany(r => Tables(r, r.Label.Policy + "/")),
        ("summary.csv", s => SummaryFiles.WriteCsv(s, reports.Select(r => r.Row))),
        ("summary.json", s => SummaryFiles.WriteJson(s, reports.Select(r => (r.Row, (RunManifest?)r.Manifest(trace))))),
        ("differences.csv", s => DifferencesCsv.Write(s, [.. reports.Where(r => r.Summary is { Completed: > 0 }).Select(r => MeanLedger.Of(r.Summary!))])),
        Log(log),
    ];

    private static IEnumerable<(string Name, Action<Stream> Write)> Tables(RunReport report, string folder)
    {
        if (report.Outcome is null || report.Timeline is null || report.Deployment is null)
            yield break;
        yield return (folder + "requests.csv", s => RequestsCsv.Write(s, report.Outcome.Records));
        yield return (folder + "timeline.csv", s => new TimelineCsv(report.Deployment.Budget, report.Config.Tp).Write(s, report.Timeline.Rows));
    }

    private static (string Name, Action<Stream> Write) Log(IReadOnlyList<string> lines) =>
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));
}
