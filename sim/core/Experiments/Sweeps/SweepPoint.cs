using ELLM.Sim.Configuration;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>One run of an experiment.</summary>
/// <param name="Index">Place in the experiment's order, from 0.</param>
/// <param name="Values">The value of each axis, in the order of <see cref="Experiment.Axes"/>.</param>
/// <param name="Config">The resolved configuration.</param>
/// <param name="Workload">The trace it replays.</param>
public sealed record SweepPoint(int Index, IReadOnlyList<string> Values, RunConfig Config, WorkloadChoice Workload);

/// <summary>A trace and how it is read or drawn; equal choices are the same trace.</summary>
/// <param name="Trace">Name or path.</param>
/// <param name="RatePerS">Mean arrival rate instead of the trace's own, requests/s.</param>
/// <param name="TimeScale">Factor of every arrival time.</param>
/// <param name="Limit">First requests, or requests to generate.</param>
/// <param name="Seed">Seed of what is drawn.</param>
public sealed record WorkloadChoice(string Trace, double? RatePerS, double? TimeScale, int? Limit, ulong Seed)
{
    /// <exception cref="InputException">No such trace, or it cannot be read.</exception>
    public Trace Load() => Traces.Load(Trace, new TraceReadOptions
    {
        RatePerSecond = RatePerS,
        TimeScale = TimeScale,
        Limit = Limit,
        Seed = Seed,
    }).Trace;
}
