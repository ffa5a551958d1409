using ELLM.Sim.Configuration;
using ELLM.Sim.Fleet;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Streams;

namespace ELLM.Sim.Experiments.Fleets;

/// <summary>Runs a trace on a fleet.</summary>
public sealed class FleetRun
{
    private readonly FleetPlan _plan;
    private readonly SimulationOptions _options;
    private readonly SloTargets _targets;
    private readonly Cluster _cluster;
    private readonly string _trace;
    private readonly bool _sums;
    private readonly PromptChains? _prompts;
    private readonly List<Part> _parts = [];

    /// <param name="first">Its mean lengths make the objectives that are multiples of unloaded latencies.</param>
    private FleetRun(FleetPlan plan, SimulationOptions options, Trace first, bool sums, Func<ClusterOptions, Cluster> cluster)
    {
        _prompts = !sums && first.Find<PromptPrefixes>() is { } known
            ? new PromptChains(known.Tree.Parent, known.Tree.Depth, known.Prompt, known.Answer)
            : null;
        (_plan, _options, _trace, _sums) = (plan, options, first.Name, sums);
        Deployment judge = plan.Members[0].Deployment;
        _targets = UnloadedLatency.Of(judge.Time, first, judge.Limits.MaxModelLen).Targets(judge.Config.Slo);
        bool apart = plan.Replicas > 1 && (options.Observer is null || options.Observer.Apart() is not null);
        _cluster = cluster(new ClusterOptions(apart, options.Threads));
        foreach (FleetMember member in plan.Members)
            Add(member);
    }

    /// <summary>Every record is kept. A fleet of one deployment is its plain run, to the bit.</summary>
    /// <exception cref="InputException">The run can make no progress.</exception>
    public static FleetReport Run(FleetPlan plan, Trace trace, SimulationOptions options)
    {
        if (plan.Members.Count == 1)
        {
            RunReport plain = RunReport.Run(plan.Members[0].Deployment, plan.Members[0].Config, trace, options);
            return new FleetReport(plan, plain, [plain], []);
        }
        if (trace.ClosedLoop is not null)
            throw new InputException($"fleet {plan.Name}: expected a trace with arrival times, found a closed loop");
        FleetRun run = new(plan, options, trace, sums: false, apart => new Cluster(
            trace, plan.Router.Create(trace, plan.Members[0].Config.Seed), null, plan.Router.ReportPs, apart));
        return run.Go(trace);
    }

    /// <summary>Records are summed up as requests end: memory is that of the requests in flight.</summary>
    /// <exception cref="InputException">The run can make no progress, or the stream is not sorted.</exception>
    public static FleetReport Run(FleetPlan plan, RequestStream stream, SimulationOptions options)
    {
        Trace first = stream.Open().FirstOrDefault() ?? throw new InputException($"{stream.Name}: no requests");
        IRouter router = plan.Router.Create(new Trace(stream.Name, [], [], []), plan.Members[0].Config.Seed);
        FleetRun run = new(plan, options, first, sums: true, apart => new Cluster(stream.Ahead(), router, plan.Router.ReportPs, apart));
        return run.Go(null);
    }

    private void Add(FleetMember member)
    {
        Deployment deployment = member.Deployment;
        RunMetrics metrics = new() { Activation = deployment.Activation, Requests = _sums ? new RequestSums(_targets) : null };
        Part part = new(member, metrics, [], _cluster.Count);
        for (int i = 0; i < member.Replicas; i++)
        {
            IServingObserver observer = metrics;
            if (_cluster.RunsApart)
                part.Watchers.Add(observer = metrics.Apart());
            VirtualEngines? pipeline = deployment.CreatePipeline();
            for (int engine = 0; engine < (pipeline?.Stages.Count ?? 1); engine++)
            {
                part.Engines.Add(_cluster.Add(deployment.Engine(_targets, _cluster.Count, prompts: _prompts) with
                {
                    Observer = observer,
                    Options = new ReplicaOptions(_options.Step, _options.Check),
                    Pipeline = pipeline,
                }));
            }
        }
        _parts.Add(part);
    }

    private FleetReport Go(Trace? trace)
    {
        RunOutcome outcome = _cluster.Run(_options.Progress, _options.Cancel);
        RunMetrics all = new() { Requests = _sums ? new RequestSums(_targets) : null };
        foreach (Part part in _parts)
        {
            if (_cluster.RunsApart)
                part.Metrics.Join(part.Watchers);
        }
        all.Join([.. _parts.Select(part => part.Metrics)]);
        RunReport[] members = [.. _parts.Select(part => Report(part, trace, outcome))];
        FleetMember first = _plan.Members[0];
        bool alike = _plan.Members.All(m =>
            (m.Config.Model, m.Config.Gpu, m.Config.Tp) == (first.Config.Model, first.Config.Gpu, first.Config.Tp));
        RunLabel label = LabelOf(first) with { Policy = _plan.Name };
        if (!alike)
            label = label with { Model = Joined(m => m.Model), Gpu = Joined(m => m.Gpu) };
        HardwareRates rates = alike ? RunReport.Rates(first.Deployment) : default;
        RunReport total = new(label, first.Config)
        {
            Summary = Build(
                label, outcome, outcome.Counters, _cluster.Arrived, all, rates, _plan.Members.Sum(m => m.Replicas * m.Config.Pp)),
            Deployment = first.Deployment,
            Outcome = trace is null ? null : outcome,
            Timeline = all.Timeline,
        };
        return new FleetReport(_plan, total, members, all.Requests?.Hours.All ?? []);

        string Joined(Func<RunLabel, string> of) => string.Join('+', _plan.Members.Select(m => of(LabelOf(m))).Distinct());
    }

    private RunReport Report(Part part, Trace? trace, RunOutcome outcome)
    {
        RunLabel label = LabelOf(part.Member) with { Policy = part.Member.Name };
        int engines = part.Engines.Count;
        RequestRecord[] own = [.. outcome.Records
            .Where(r => r.ArrivalPs >= 0 && r.Replica >= part.First && r.Replica < part.First + engines)];
        RunCounters counters = default;
        foreach (Replica engine in part.Engines)
            engine.AddTo(ref counters);
        RunOutcome mine = new(outcome.Trace, own, outcome.EndPs, counters);
        return new RunReport(label, part.Member.Config)
        {
            Summary = Build(
                label, mine, counters, part.Metrics.Requests?.Count ?? 0, part.Metrics, RunReport.Rates(part.Member.Deployment),
                part.Member.Replicas * part.Member.Config.Pp),
            Deployment = part.Member.Deployment,
            Outcome = trace is null ? null : mine,
            Timeline = part.Metrics.Timeline,
        };
    }

    private Summary Build(
        RunLabel label, RunOutcome outcome, in RunCounters counters, int requests, RunMetrics metrics, HardwareRates rates, int replicas) =>
        _sums
        ? SummaryBuilder.Build(label, requests, counters, metrics, _targets, rates, replicas)
        : SummaryBuilder.Build(label, outcome, metrics, _targets, rates, replicas);

    private RunLabel LabelOf(FleetMember member) => RunReport.LabelOf(member.Config, new Trace(_trace, [], [], []));

    /// <param name="First">Index of its first engine.</param>
    private sealed record Part(FleetMember Member, RunMetrics Metrics, List<IServingObserver> Watchers, int First)
    {
        public List<Replica> Engines { get; } = [];
    }
}
