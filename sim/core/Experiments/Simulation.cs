using ELLM.Sim.Configuration;
using ELLM.Sim.Fleet;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Experiments;

/// <summary>How a simulation runs; nothing here changes a result.</summary>
/// <param name="Step">Every decode step on its own instead of exact jumps.</param>
/// <param name="Check">Verify every invariant at every boundary.</param>
/// <param name="Observer">Watches the run; null costs nothing.</param>
/// <param name="Users">Closed loop instead of the trace's arrival times. This one does change results: it is part of the workload.</param>
/// <param name="Compat">Carries out runs whose configuration names another simulator.</param>
/// <param name="Blocks">Told which records are complete while the run goes on.</param>
/// <param name="Threads">Replicas that run at a time, where the router needs nothing of what happens in them.</param>
/// <param name="Progress">Told how many requests have arrived, now and then.</param>
public sealed record SimulationOptions(
    bool Step = false,
    bool Check = false,
    IServingObserver? Observer = null,
    UserLoop? Users = null,
    IProgress<int>? Progress = null,
    CompatibleRun? Compat = null,
    RequestBlocks? Blocks = null,
    int Threads = 1,
    CancellationToken Cancel = default)
{
    public static SimulationOptions Default { get; } = new();
}

/// <summary>A run by the rules of another simulator.</summary>
public delegate RunOutcome CompatibleRun(RunConfig config, Trace trace, IServingObserver observer, CancellationToken cancel);

/// <summary>Runs one trace on one deployment.</summary>
/// <remarks>The loop itself is <see cref="Cluster"/>, one step of an engine <see cref="Replica"/>, its decisions
/// <see cref="IScheduler"/>.</remarks>
public static class Simulation
{
    /// <exception cref="InputException">The deployment cannot start, or the run can make no progress.</exception>
    public static RunOutcome Run(Deployment deployment, Trace trace, SimulationOptions? settings = null)
    {
        SimulationOptions how = settings ?? SimulationOptions.Default;
        SloTargets targets = UnloadedLatency.Of(deployment.Time, trace, deployment.Limits.MaxModelLen).Targets(deployment.Config.Slo);
        RouterChoice router = deployment.Router;
        bool apart = deployment.Config.Engine.Replicas > 1 && (how.Observer is null || how.Observer.Apart() is not null);
        ClusterOptions options = new(apart, how.Threads);
        Cluster cluster = new(trace, router.Create(trace, deployment.Config.Seed), how.Users, router.ReportPs, options);
        how.Blocks?.Begin(cluster.Records);
        PromptChains? prompts = trace.Find<PromptPrefixes>() is { } known
            ? new PromptChains(known.Tree.Parent, known.Tree.Depth, known.Prompt, known.Answer)
            : null;
        List<IServingObserver> watchers = [];
        for (int i = 0; i < deployment.Config.Engine.Replicas; i++)
        {
            IServingObserver? observer = how.Observer;
            if (cluster.RunsApart && observer is not null)
                watchers.Add(observer = observer.Apart()!);
            VirtualEngines? pipeline = deployment.CreatePipeline();
            for (int engine = 0; engine < (pipeline?.Stages.Count ?? 1); engine++)
            {
                cluster.Add(deployment.Engine(targets, cluster.Count, prompts: prompts) with
                {
                    Observer = observer,
                    Options = new ReplicaOptions(how.Step, how.Check),
                    Pipeline = pipeline,
                });
            }
        }
        RunOutcome outcome = cluster.Run(how.Progress, how.Cancel);
        if (cluster.RunsApart)
            how.Observer?.Join(watchers);
        return outcome;
    }
}
