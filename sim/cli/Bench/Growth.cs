using System.Globalization;
using System.Runtime.CompilerServices;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>What a request costs in short and in long traces: time, and memory beyond the trace.</summary>
/// <remarks>Sizes take turns, so that a machine that slows down for a while slows all of them down.</remarks>
internal static class Growth
{
    public static void Write(TextWriter target, BenchPlan plan)
    {
        Deployment deployment = Deployment.Resolve(Workbench.Config("vllm"));
        Trace[] traces = [.. plan.Growth.Select(size => Workbench.Steady(size.Requests))];
        WarmUp.Settle(() => Workbench.Simulate(deployment, traces[0]));
        Laps[] laps = [.. traces.Select(_ => new Laps())];
        for (int round = 0; round < plan.Growth[0].Repeats; round++)
        {
            for (int i = 0; i < traces.Length; i++)
            {
                if (round < plan.Growth[i].Repeats)
                    laps[i].Add(() => Workbench.Simulate(deployment, traces[i]));
            }
        }
        TextTable table = new(["requests", "ns/request", "min", "max", "over the shortest"]);
        double shortest = laps[0].CoreS.Median / traces[0].Count;
        for (int i = 0; i < traces.Length; i++)
        {
            Spread ns = laps[i].CoreS.Times(1e9 / traces[i].Count);
            table.Add(
            [
                Words.Count(traces[i].Count), Whole(ns.Median), Whole(ns.Min), Whole(ns.Max),
                (ns.Median / 1e9 / shortest).ToString("0.00", CultureInfo.InvariantCulture),
            ]);
        }
        table.Write(target);
        target.Write('\n');
        Memory(target, deployment, traces[^1]);
    }

    /// <summary>Bytes allocated from the start of a run to its written files: nothing is freed in between that counts, so this is
    /// its peak too.</summary>
    private static void Memory(TextWriter target, Deployment deployment, Trace trace)
    {
        GC.Collect();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        RunReport report = RunReport.Run(deployment.Config, trace, SimulationOptions.Default);
        foreach ((string name, Action<Stream> write) in RunFiles.Of(report, trace, []))
            write(Stream.Null);
        long bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        TextTable table = new(["memory of a run beyond its trace", "bytes/request"]);
        table.Add(["one request's record", Whole(Unsafe.SizeOf<RequestRecord>())]);
        table.Add([$"everything allocated, {Words.Count(trace.Count)} requests, files included", Whole(bytes / (double)trace.Count)]);
        table.Write(target);
    }

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
