using System.Globalization;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>Requests and iterations a second: the engine on one core, nothing read and nothing written.</summary>
internal static class PolicyRates
{
    public static void Write(TextWriter target, BenchPlan plan)
    {
        TextTable table = new(["policy", "requests", "requests/s", "min", "max", "wall", "iterations/s", "iterations/request"]);
        Measure(table, "vllm", Workbench.Drifting(plan.Requests), plan.Repeats);
        Trace shorter = Workbench.Drifting(plan.PolicyRequests);
        foreach (string name in PresetCatalog.Names)
            Measure(table, name, shorter, plan.PolicyRepeats);
        table.Write(target);
    }

    private static void Measure(TextTable table, string policy, Trace trace, int repeats)
    {
        Deployment deployment = Deployment.Resolve(Workbench.Config(policy));
        long iterations = Workbench.Simulate(deployment, trace).Outcome.Counters.Iterations;
        Laps laps = Laps.Of(repeats, () => Workbench.Simulate(deployment, trace));
        Spread rate = laps.CoreS.Rate(trace.Count);
        table.Add(
        [
            policy,
            Words.Count(trace.Count),
            Words.Count((long)rate.Median),
            Words.Count((long)rate.Min),
            Words.Count((long)rate.Max),
            Words.Count((long)laps.WallS.Rate(trace.Count).Median),
            Words.Count((long)laps.CoreS.Rate(iterations).Median),
            (iterations / (double)trace.Count).ToString("0.0", CultureInfo.InvariantCulture),
        ]);
    }
}
