using ELLM.Sim.Configuration;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>One engine of a plan.</summary>
/// <param name="Deployment">Alone on its GPU: model, limits, scheduler, times.</param>
/// <param name="Split">The same with its share of a static split as KV pool.</param>
/// <param name="Requests">Of its model.</param>
public sealed record PlannedEngine(
    MappedModel Model, int Gpu, Deployment Deployment, Deployment Split, Trace Requests, SloTargets Slo);

/// <summary>Models placed on GPUs with everything looked up: what each policy is run on.</summary>
public sealed class ColocationPlan
{
    private ColocationPlan(
        RunConfig config, ColocationSpec spec, ModelMap map, ModelRequests requests, Placement placement,
        IReadOnlyList<PlannedEngine> engines)
    {
        Config = config;
        Spec = spec;
        Map = map;
        Requests = requests;
        Placement = placement;
        Engines = engines;
    }

    /// <summary>Of every engine, its model excepted.</summary>
    public RunConfig Config { get; }

    public ColocationSpec Spec { get; }

    public ModelMap Map { get; }

    public ModelRequests Requests { get; }

    public Placement Placement { get; }

    public IReadOnlyList<PlannedEngine> Engines { get; }

    /// <param name="gpus">GPUs to use; null for the fewest that hold every model and, beside it, its longest request.</param>
    /// <exception cref="InputException">A model is unknown or they do not fit.</exception>
    public static ColocationPlan Make(RunConfig config, ColocationSpec spec, ModelMap map, ModelRequests requests, int? gpus)
    {
        CheckConfig(config);
        int count = map.Models.Count;
        Deployment[] alone = [.. map.Models.Select(m => Deployment.Resolve(config with { Model = m.Model }))];
        Trace[] own = [.. Enumerable.Range(0, count).Select(requests.Of)];
        MemoryBudget[] budgets = Array.ConvertAll(alone, d => d.Budget);
        Placement placement = Placement.Of(budgets, [.. own.Select((t, i) => LongestBytes(t, alone[i]))], gpus, alone[0].Gpu.Name);
        double[] weights = [.. own.Select((t, i) => spec.Split == StaticSplit.Load ? LoadBytes(t, budgets[i]) : 1.0)];
        PlannedEngine[] engines = new PlannedEngine[count];
        for (int i = 0; i < count; i++)
        {
            int gpu = placement.GpuOf[i];
            double whole = Enumerable.Range(0, count).Where(j => placement.GpuOf[j] == gpu).Sum(j => weights[j]);
            long blocks = Blocks(placement, gpu, weights[i], whole, budgets[i]);
            MemoryOverrides share = config.Memory with { KvBlocks = blocks };
            SloTargets slo = UnloadedLatency.Of(alone[i].Time, own[i], alone[i].Limits.MaxModelLen).Targets(config.Slo);
            engines[i] = new PlannedEngine(
                map.Models[i], gpu, alone[i], Deployment.Resolve(config with { Model = map.Models[i].Model, Memory = share }), own[i], slo);
        }
        return new ColocationPlan(config, spec, map, requests, placement, engines);
    }

    /// <summary>Page sizes, rules and call costs of an engine under kvcached.</summary>
    public PageOptions Pages(PlannedEngine engine)
    {
        (int layers, int blockTokens) = (engine.Deployment.Model.Layers, Config.Policy.Of<PagedKnobs>().BlockTokens);
        long bytesPerToken = engine.Deployment.Budget.KvBytesPerToken;
        long pageBytes = (long)Spec.PageMib << 20;
        long blockBytes = bytesPerToken * blockTokens / (2 * layers);
        int blocks = (int)(pageBytes / blockBytes);
        if (blocks == 0)
            throw new InputException(
                $"colocation.page_mib: a page of {Spec.PageMib} MiB cannot hold a block of {blockBytes} bytes of "
                    + $"{engine.Deployment.Model.Name}");
        bool fused = Spec.PageLayout == PageLayout.Contiguous;
        long chunk = fused ? 2 * layers * pageBytes : pageBytes;
        int calls = fused ? 1 : 2 * layers;
        DeviceCosts costs = engine.Deployment.Costs;
        // Memory that other processes may take has to be created and released, not only mapped.
        long mapPs =
            costs.MedianPs(CalibratedOp.VmmCreate, chunk) + costs.MedianPs(CalibratedOp.VmmMap,
                chunk) + costs.MedianPs(CalibratedOp.VmmSetAccess, chunk);
        long unmapPs = costs.MedianPs(CalibratedOp.VmmUnmap, chunk) + costs.MedianPs(CalibratedOp.VmmRelease, chunk);
        return Rules(engine) with
        {
            BlocksPerPage = blocks,
            SlackBytes = 2 * layers * (pageBytes - (blocks * blockBytes)),
            ReserveMin = Spec.ReserveMin,
            ReserveMax = Spec.ReserveMax,
            Choice = Spec.PageChoice,
            MapPs = calls * mapPs,
            UnmapPs = calls * unmapPs,
            UnmapsSync = Spec.Unmapping == PageUnmapping.Sync,
        };
    }

    /// <summary>Blocks of one pool without pages, reserves and costs: what sharing could win at most.</summary>
    public PageOptions LooseBlocks(PlannedEngine engine) => Rules(engine) with { ReserveMin = 0, ReserveMax = 0 };

    private PageOptions Rules(PlannedEngine engine)
    {
        PagedKnobs knobs = Config.Policy.Of<PagedKnobs>();
        return new PageOptions(knobs.BlockTokens, engine.Deployment.Budget.KvBytesPerToken, 1)
        {
            Watermark = knobs.Watermark,
            Check = knobs.BlockCheck
        };
    }

    private static long Blocks(Placement placement, int gpu, double weight, double whole, MemoryBudget budget)
    {
        long block = budget.KvBytesPerToken * budget.BlockTokens;
        long pool = placement.KvBytes[gpu];
        // Alone it gets all, to the byte.
        if (placement.EnginesOn(gpu) == 1)
            return pool / block;
        return whole > 0 ? (long)(pool * (weight / whole)) / block : pool / placement.EnginesOn(gpu) / block;
    }

    private static long LongestBytes(Trace own, Deployment alone)
    {
        long longest = 1;
        for (int i = 0; i < own.Count; i++)
            longest = Math.Max(longest, Math.Min((long)own.InputTokens[i] + own.OutputTokens[i], alone.Limits.MaxModelLen));
        long block = alone.Budget.BlockTokens;
        return (longest + block - 1) / block * block * alone.Budget.KvBytesPerToken;
    }

    /// <summary>KV bytes of all its requests, whole: what a planner who knows the trace would divide by.</summary>
    private static double LoadBytes(Trace own, MemoryBudget budget)
    {
        double tokens = 0;
        for (int i = 0; i < own.Count; i++)
            tokens += (double)own.InputTokens[i] + own.OutputTokens[i];
        return tokens * budget.KvBytesPerToken;
    }

    private static void CheckConfig(RunConfig config)
    {
        if (config.Policy.Layout != "paged" || config.Policy.Overflow != "recompute")
            throw new InputException(
                $"--engine {config.Preset}: expected a policy with paged KV that recomputes, found {config.Policy.Layout} and "
                    + $"{config.Policy.Overflow}");
        if (PolicyComposition.Of(config.Policy).CachesPrefixes)
            throw new InputException("policy.prefix_cache: engines that share a GPU cache no prefixes: expected off, found on");
        if (config.Tp != 1)
            throw new InputException($"tp: engines that share a GPU run on one rank each, found {config.Tp}");
        if (config.Engine.Replicas != 1)
            throw new InputException($"engine.replicas: each model has one engine, found {config.Engine.Replicas}");
        if (config.Memory.KvBlocks is not null || config.Memory.KvTokens is not null)
            throw new InputException(
                "memory.kv_blocks: the KV memory of a shared GPU is what its engines leave; lower engine.gpu_memory_utilization instead");
        if (config.Compat is not null)
            throw new InputException($"compat: {config.Compat} knows no shared GPUs");
    }
}
