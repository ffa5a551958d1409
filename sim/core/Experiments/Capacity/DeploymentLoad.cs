using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A deployment resolved once, to be run under one workload at many rates; its objectives stay those of the workload as it is.</summary>
public sealed class DeploymentLoad
{
    private readonly IWorkload _workload;
    private readonly SimulationOptions _options;

    /// <exception cref="InputException">The deployment cannot start.</exception>
    public DeploymentLoad(RunConfig config, IWorkload workload, SimulationOptions options)
    {
        _workload = workload;
        _options = options;
        Deployment first = RunReport.Resolve(config);
        Unloaded = UnloadedLatency.Of(first.Time, workload.Original, first.Limits.MaxModelLen);
        Targets = Unloaded.Targets(config.Slo);
        // Stated in seconds, so that no draw and no rate moves them.
        SloSpec stated = config.Slo with { TtftS = new SimTime(Targets.TtftPs).Seconds, TpotS = new SimTime(Targets.TpotPs).Seconds };
        Config = config with { Slo = stated };
        Deployment = RunReport.Resolve(Config);
    }

    /// <summary>With the objectives stated in seconds.</summary>
    public RunConfig Config { get; }

    public Deployment Deployment { get; }

    public UnloadedLatency Unloaded { get; }

    public SloTargets Targets { get; }

    /// <summary>Replays a trace; the records are kept, and the gaps between tokens where an objective is about them.</summary>
    /// <exception cref="InputException">The run can make no progress.</exception>
    public (RunOutcome Outcome, LogHistogram? Gaps) Replay(Trace trace)
    {
        RunMetrics? watch = Targets.Percentiles.Any(p => p.Latency == PercentileObjective.Gaps) ? new RunMetrics() : null;
        return (RunReport.Replay(Deployment, Config, trace, watch is null ? _options : _options with { Observer = watch }), watch?.Itl);
    }

    /// <summary>
    /// Runs the first <paramref name="draws"/> draws of the workload at a rate, each from the first arrival until all are done.
    /// </summary>
    /// <exception cref="InputException">A run can make no progress.</exception>
    public LoadPoint MeasureFinite(double ratePerS, int draws, SimulationSlots slots, Action? ran = null)
    {
        Summary[] summaries = new Summary[draws];
        slots.ForEach(draws, draw =>
        {
            summaries[draw] = RunReport.Run(Deployment, Config, _workload.At(ratePerS, draw), _options).Summary!;
            ran?.Invoke();
        });
        return LoadPoint.OfFinite(ratePerS, summaries);
    }
}
