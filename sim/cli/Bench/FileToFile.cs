using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>From a CSV file to written result files, as <c>ellm replay</c> does it but for the report page: each stage, and the whole.</summary>
internal static class FileToFile
{
    public static void Write(TextWriter target, BenchPlan plan)
    {
        string folder = Directory.CreateTempSubdirectory("ellm-bench-").FullName;
        try
        {
            string file = Path.Combine(folder, "trace.csv");
            TraceWriter.Write(Workbench.Drifting(plan.Requests), file);
            Measure(target, file, Path.Combine(folder, "run"), plan);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(TextWriter target, string file, string directory, BenchPlan plan)
    {
        RunConfig config = Workbench.Config("vllm");
        Laps read = new(), run = new(), write = new(), whole = new();
        for (int i = 0; i < plan.Repeats; i++)
        {
            Trace? trace = null;
            RunReport? report = null;
            read.Add(() => (trace, _) = Traces.Load(file, TraceReadOptions.Default));
            run.Add(() => report = RunReport.Run(config, trace!, SimulationOptions.Default));
            write.Add(() => RunDirectory.Write(directory, true, RunFiles.Of(report!, trace!, [])));
            whole.Add(() => Replay(config, file, directory));
        }
        TextTable table = new(["file to files", "requests/s", "min", "max", "core seconds", "wall seconds"]);
        Row(table, "read", read, plan.Requests);
        Row(table, "simulate and summarise", run, plan.Requests);
        Row(table, "write", write, plan.Requests);
        Row(table, "all of it", whole, plan.Requests);
        table.Write(target);
    }

    private static void Replay(RunConfig config, string file, string directory)
    {
        (Trace trace, _) = Traces.Load(file, TraceReadOptions.Default);
        RunReport report = RunReport.Run(config, trace, SimulationOptions.Default);
        RunDirectory.Write(directory, true, RunFiles.Of(report, trace, []));
    }

    /// <summary>Rates are per wall second: stages may use both a reader's and a writer's core.</summary>
    private static void Row(TextTable table, string stage, Laps laps, int requests)
    {
        Spread rate = laps.WallS.Rate(requests);
        table.Add(
        [
            stage, Words.Count((long)rate.Median), Words.Count((long)rate.Min), Words.Count((long)rate.Max),
            Words.Rate(laps.CoreS.Median), Words.Rate(laps.WallS.Median),
        ]);
    }
}
