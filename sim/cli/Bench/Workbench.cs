using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Cli.Bench;

/// <summary>The deployment and the load of every measurement: Llama-3.1-8B on one A100-80, lengths of the Azure chat service.</summary>
internal static class Workbench
{
    /// <summary>Near the knee: the load drifts by a fifth around this mean, and its crests queue.</summary>
    public const double RatePerS = 5.5;

    private const string Preset = "azure-chat";

    public static RunConfig Config(string policy) => ConfigBinder.Bind(PresetCatalog.Load(policy), []);

    /// <summary>The preset's own arrivals.</summary>
    public static Trace Drifting(int requests) => Draw(GeneratorPresets.Load(Preset), requests, RatePerS);

    /// <summary>Poisson arrivals: a long sample is not a different load from a short one.</summary>
    public static Trace Steady(int requests) =>
        Draw(GeneratorPresets.Load(Preset) with { Arrivals = new PoissonArrivals(RatePerS) }, requests, null);

    /// <summary>Requests a second that the deployment serves when they are all there from the start.</summary>
    public static double SaturatedRate(Deployment deployment)
    {
        Trace trace = Draw(GeneratorPresets.Load(Preset), 50_000, 1e6);
        RunOutcome outcome = Simulation.Run(deployment, trace);
        return trace.Count / new Time.SimTime(outcome.EndPs).Seconds;
    }

    /// <summary>The engine alone, every per-request metric on.</summary>
    public static (RunOutcome Outcome, RunMetrics Metrics) Simulate(Deployment deployment, Trace trace)
    {
        RunMetrics metrics = new();
        return (Simulation.Run(deployment, trace, SimulationOptions.Default with { Observer = metrics }), metrics);
    }

    private static Trace Draw(GeneratorSpec spec, int requests, double? rate) => TraceGenerator.Generate(spec, requests, 1, rate);
}
