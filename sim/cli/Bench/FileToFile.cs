using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>From a CSV file to written result files, as <c>ellm replay</c> does it but for the report page: each stage, and the
/// whole.</summary>
internal sealed class FileToFile : IDisposable
{
    private const int WarmUpRequests = 5_000;

    private readonly RunConfig _config = Workbench.Config("vllm");
    private readonly string _folder = Directory.CreateTempSubdirectory("ellm-bench-").FullName;
    private readonly int _requests;
    private Trace? _trace;
    private RunReport? _report;

    public FileToFile(int requests)
    {
        _requests = requests;
        TraceWriter.Write(Workbench.Drifting(requests), File);
    }

    private string Out => Path.Combine(_folder, "run");

    private string File => Path.Combine(_folder, "trace.csv");

    public static void Write(TextWriter target, BenchPlan plan)
    {
        using (FileToFile brief = new(WarmUpRequests))
            WarmUp.Settle(() => brief.Replay());
        using FileToFile whole = new(plan.Requests);
        whole.Measure(target, plan.Repeats);
    }

    /// <summary>All stages, writing beside the simulation. Returns the iterations that were simulated.</summary>
    public long Replay()
    {
        Read();
        RunReport report = RunFiles.WriteBeside(
            Out, true, _trace!, [], blocks => RunReport.Run(_config, _trace!, SimulationOptions.Default with { Blocks = blocks }));
        return report.Outcome!.Counters.Iterations;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Read() => (_trace, _) = Traces.Load(File, TraceReadOptions.Default);

    private void Simulate() => _report = RunReport.Run(_config, _trace!, SimulationOptions.Default);

    private void WriteFiles() => RunDirectory.Write(Out, true, RunFiles.Of(_report!, _trace!, []));

    private void Measure(TextWriter target, int repeats)
    {
        Laps read = new(), run = new(), write = new(), whole = new();
        for (int i = 0; i < repeats; i++)
        {
            read.Add(Read);
            run.Add(Simulate);
            write.Add(WriteFiles);
            whole.Add(() => Replay());
        }
        TextTable table = new(["file to files", "requests/s", "min", "max", "core seconds", "wall seconds"]);
        Row(table, "read", read);
        Row(table, "simulate and summarise", run);
        Row(table, "write", write);
        Row(table, "all of it, written beside", whole);
        table.Write(target);
    }

    /// <summary>Rates are per wall second: stages may use both a reader's and a writer's core.</summary>
    private void Row(TextTable table, string stage, Laps laps)
    {
        Spread rate = laps.WallS.Rate(_requests);
        table.Add(
        [
            stage, Words.Count((long)rate.Median), Words.Count((long)rate.Min), Words.Count((long)rate.Max),
            Words.Rate(laps.CoreS.Median), Words.Rate(laps.WallS.Median),
        ]);
    }
}
