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

    /// <summary>Runs, and writes the same files meanwhile: rows of requests.csv as soon as their requests have ended.</summary>
    /// <param name="run">Simulates with these blocks among its options. When it fails nothing is left of the directory.</param>
    public static RunReport WriteBeside(string directory, bool force, Trace trace, IReadOnlyList<string> log, Func<RequestBlocks, RunReport> run)
    {
        using RequestBlocks blocks = new();
        TaskCompletionSource<RunReport> ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task writing = Task.Run(() => RunDirectory.Write(directory, force, Beside(blocks, ran.Task, trace, log)));
        try
        {
            RunReport report = run(blocks);
            ran.SetResult(report);
            blocks.End(report.Outcome!.Records);
            writing.GetAwaiter().GetResult();
            return report;
        }
        catch
        {
            // The writer is told, and waited for: it takes away what it has written.
            blocks.Fail();
            ran.TrySetCanceled();
            Task.WhenAny(writing).GetAwaiter().GetResult();
            throw;
        }
    }

    private static IReadOnlyList<(string Name, Action<Stream> Write)> Beside(
        RequestBlocks blocks, Task<RunReport> ran, Trace trace, IReadOnlyList<string> log)
    {
        RunReport Report() => ran.GetAwaiter().GetResult();
        return
        [
            ("requests.csv", s => RequestsCsv.WriteBeside(s, blocks)),
            ("timeline.csv", s => Timeline(Report(), s)),
            ("summary.csv", s => SummaryFiles.WriteCsv(s, [Report().Row])),
            ("summary.json", s => SummaryFiles.WriteJson(s, Report().Row, Report().Manifest(trace))),
            Log(log),
        ];
    }

    /// <summary>One summary of all runs, and a folder with requests.csv and timeline.csv for each that ran.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(IReadOnlyList<RunReport> reports, Trace trace, IReadOnlyList<string> log) =>
    [
        .. reports.SelectMany(r => Tables(r, FolderOf(r.Label.Policy) + "/")),
        ("summary.csv", s => SummaryFiles.WriteCsv(s, reports.Select(r => r.Row))),
        ("summary.json", s => SummaryFiles.WriteJson(s, reports.Select(r => (r.Row, (RunManifest?)r.Manifest(trace))))),
        ("differences.csv", s => DifferencesCsv.Write(s, [.. reports.Where(r => r.Summary is { Completed: > 0 }).Select(r => MeanLedger.Of(r.Summary!))])),
        Log(log),
    ];

    /// <summary>Where a comparison keeps the tables of a policy: a folder below its own, whatever the policy is called.</summary>
    public static string FolderOf(string policy) => FileNames.Of(policy, Taken);

    /// <summary>What else stands in the directory of a comparison.</summary>
    private static readonly string[] Taken =
        ["figures", "report.html", "summary.csv", "summary.json", "differences.csv", "run.log", "requests.csv", "timeline.csv"];

    private static IEnumerable<(string Name, Action<Stream> Write)> Tables(RunReport report, string folder)
    {
        if (report.Outcome is null || report.Timeline is null || report.Deployment is null)
            yield break;
        yield return (folder + "requests.csv", s => RequestsCsv.Write(s, report.Outcome.Records));
        yield return (folder + "timeline.csv", s => Timeline(report, s));
    }

    private static void Timeline(RunReport report, Stream target) =>
        new TimelineCsv(report.Deployment!.Budget, report.Config.Tp).Write(target, report.Timeline!.Rows);

    private static (string Name, Action<Stream> Write) Log(IReadOnlyList<string> lines) =>
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));
}
