using ELLM.Sim.Configuration;
using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>How several models share a GPU's memory.</summary>
public sealed record ColocationPolicy(string Name, string Summary)
{
    public static IReadOnlyList<ColocationPolicy> All { get; } =
    [
        new("static-split", "each model has a fixed share of what the engines leave for KV"),
        new("kvcached", "engines map pages of one pool when they need them and give them back when they are empty"),
        new("shared-blocks", "single blocks of one pool, free of charge: the bound on what pages could reach"),
    ];

    public static ColocationPolicy Find(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new InputException(NearestName.Message("sharing policy", name, [.. All.Select(p => p.Name)]));
}

/// <summary>Runs a plan under one policy, or several side by side.</summary>
public static class ColocationRun
{
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <param name="keepRecords">Keep records and timelines for result files.</param>
    public static IReadOnlyList<ColocationReport> Run(
        ColocationPlan plan, IReadOnlyList<ColocationPolicy> policies, SimulationOptions options, int jobs, bool keepRecords)
    {
        ColocationReport[] reports = new ColocationReport[policies.Count];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = options.Cancel };
        try
        {
            Parallel.For(0, policies.Count, parallel, i =>
            {
                ColocationReport report = Run(plan, policies[i], options);
                reports[i] = keepRecords ? report : report with { Outcome = null };
            });
        }
        catch (AggregateException several)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return reports;
    }

    /// <exception cref="InputException">The run can make no progress.</exception>
    public static ColocationReport Run(ColocationPlan plan, ColocationPolicy policy, SimulationOptions options)
    {
        bool shares = policy.Name != "static-split";
        GpuPages[] pages = [.. plan.Placement.KvBytes.Select(bytes => new GpuPages(bytes))];
        GpuTurns[] turns = [.. pages.Select(p => new GpuTurns(p))];
        RunMetrics whole = new();
        List<(PlannedEngine Engine, Replica Replica, IKvMemory Memory, RunMetrics Metrics)> parts = [];
        Cluster cluster = new(plan.Requests.Trace, new ModelRouter(plan.Requests.ModelOf));
        foreach (PlannedEngine engine in plan.Engines)
        {
            Deployment deployment = shares ? engine.Deployment : engine.Split;
            IKvMemory memory = policy.Name switch
            {
                "kvcached" => new SharedKv(pages[engine.Gpu], plan.Pages(engine)),
                "shared-blocks" => new SharedKv(pages[engine.Gpu], plan.LooseBlocks(engine)),
                _ => deployment.CreateMemory(),
            };
            RunMetrics metrics = new() { Activation = deployment.Activation };
            IServingObserver observer = new ObserverPair(metrics, whole);
            Replica replica = cluster.Add(deployment.Engine(engine.Slo, 0, memory) with
            {
                Observer = options.Observer is null ? observer : new ObserverPair(observer, options.Observer),
                Options = new ReplicaOptions(options.Step, options.Check),
                Turns = turns[engine.Gpu],
            });
            parts.Add((engine, replica, memory, metrics));
        }
        RunOutcome outcome = cluster.Run(options.Progress, options.Cancel);
        foreach (GpuPages gpu in pages)
            gpu.At(outcome.EndPs);
        EngineReport[] engines = [.. parts.Select((p, i) => Report(plan, policy, i, p.Engine, p.Replica, p.Memory, p.Metrics, outcome))];
        return new ColocationReport(policy.Name, Total(plan, policy, outcome, whole, engines), engines) { Outcome = outcome };
    }

    private static EngineReport Report(
        ColocationPlan plan, ColocationPolicy policy, int index, PlannedEngine engine, Replica replica, IKvMemory memory,
        RunMetrics metrics, RunOutcome outcome)
    {
        RequestRecord[] records = [.. outcome.Records.Where((_, i) => plan.Requests.ModelOf[i] == index)];
        RunOutcome own = new(engine.Requests, records, outcome.EndPs, replica.Counters);
        RunConfig config = plan.Config with { Model = engine.Model.Model };
        RunLabel label = RunReport.LabelOf(config, plan.Requests.Trace) with { Policy = policy.Name };
        Summary summary = SummaryBuilder.Build(label, own, metrics, engine.Slo, RunReport.Rates(engine.Deployment));
        double endPs = Math.Max(1, outcome.EndPs);
        double live = (double)(metrics.Kv.Live + replica.LiveInLine) * memory.BytesPerToken / endPs;
        if (memory is not SharedKv shared)
        {
            long capacity = memory.CapacityTokens * memory.BytesPerToken;
            return new EngineReport(engine.Model.Id, engine.Gpu, summary, capacity, capacity, live, metrics.Timeline);
        }
        shared.Pages.Integrate();
        long pageBytes = shared.PageBytes;
        return new EngineReport(
            engine.Model.Id, engine.Gpu, summary, (double)shared.Pages.HeldIntegral * pageBytes / endPs, shared.Pages.PeakPages * pageBytes,
            live, metrics.Timeline)
        {
            MappedPages = shared.Pages.MappedPages,
            UnmappedPages = shared.Pages.UnmappedPages,
            MapStallPs = metrics.StallPs,
        };
    }

    /// <summary>All models together: attainment is of each request under its own model's objectives.</summary>
    private static Summary Total(ColocationPlan plan, ColocationPolicy policy, RunOutcome outcome, RunMetrics whole, EngineReport[] engines)
    {
        RunLabel label = RunReport.LabelOf(plan.Config, plan.Requests.Trace) with { Policy = policy.Name, Model = "all" };
        Summary sum = SummaryBuilder.Build(label, outcome, whole, default, default, plan.Placement.Gpus);
        double requests = Math.Max(1, outcome.Records.Length);
        double Share(Func<Summary, double?> of) => engines.Sum(e => (of(e.Summary) ?? 0) * e.Summary.Requests) / requests;
        double both = Share(s => s.SloAttainment);
        return sum with
        {
            TtftAttainment = Share(s => s.TtftAttainment),
            TpotAttainment = Share(s => s.TpotAttainment),
            SloAttainment = both,
            Verdict = engines.Max(e => e.Summary.Verdict),
            GoodputPerS = sum.RequestsPerS is double rate && sum.Completed > 0 ? rate * (both * requests / sum.Completed) : null,
            Kv = default,
        };
    }
}
