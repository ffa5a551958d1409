using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing.Tables;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Configuration;

/// <summary>A configuration with everything looked up and computed: what a replica is built from.</summary>
/// <remarks>Read-only and safe to share between threads; <see cref="CreateMemory"/> and its like give each replica its own parts.</remarks>
public sealed class Deployment
{
    private readonly SchedulerEntry _scheduler;
    private readonly LayoutEntry _layout;
    private readonly StageLayers[] _stages;
    private readonly StageLayers _fullest;
    private IReadOnlyList<string> _warnings = [];

    private Deployment(RunConfig config, bool mustServe = true)
    {
        Config = config;
        Model = ModelCatalog.Load(config.Model);
        Gpu = GpuCatalog.Load(config.Gpu);
        _scheduler = SchedulerCatalog.Find(config.Policy.Scheduler);
        _layout = LayoutCatalog.Find(config.Policy.Layout);
        Limits = ResolveLimits();
        TimingOptions options = ResolveTiming();
        _stages = StageLayers.Split(Model.Layers, config.Pp);
        CheckPipeline();
        // Every rank gets as many blocks as the one with the least room has.
        (Budget, _fullest) = _stages.Select(stage => (Compute(stage, options), stage)).MinBy(one => one.Item1.KvTokens);
        TimingProfile profile = TimingCatalog.Load(config.Timing.Profile == "gpu" ? Gpu.Timing : config.Timing.Profile);
        TimeModelChoice choice = config.Pp == 1
            ? TimeModelCatalog.Parse(config.Timing.Model, profile, Model, config.Tp, options)
            : TimeModelCatalog.ParsePipeline(config.Timing.Model, profile, Model, config.Tp, options, _stages, config.Engine.StageLink);
        Time = choice.Model;
        Provenance = choice.Provenance;
        Extrapolation = choice.Extrapolation;
        Costs = LoadCosts(config.Profile);
        CheckChunk();
        CheckHostMemory();
        if (mustServe)
            CheckPool();
    }

    public RunConfig Config { get; }

    public ModelSpec Model { get; }

    public GpuSpec Gpu { get; }

    public EngineLimits Limits { get; }

    /// <summary>Memory of one GPU: with pipeline stages, of one in the stage that has the least room for KV.</summary>
    public MemoryBudget Budget { get; }

    /// <summary>Activations of an iteration, and what a fixed boundary keeps free for them.</summary>
    public ActivationDemand Activation => new(Budget.ActivationBytesPerToken, MemoryBudget.SamplerBytesPerLogit * Model.Vocab, Budget.ActivationBytes);

    /// <summary>The KV pool of one rank, activations included where the boundary is elastic.</summary>
    public long KvPoolBytes => CreateMemory().CapacityTokens * Budget.KvBytesPerToken;

    /// <summary>Prices of memory calls and copies.</summary>
    public DeviceCosts Costs { get; }

    public ITimeModel Time { get; private init; }

    public TimingProvenance Provenance { get; }

    /// <summary>Where a run went beyond measured tables; null for time models without tables.</summary>
    public ExtrapolationReport? Extrapolation { get; }

    /// <summary>What a user should know before believing the results; one line each. A run adds where it extrapolated.</summary>
    public IReadOnlyList<string> Warnings => [.. _warnings, .. Extrapolation?.Lines ?? []];

    /// <exception cref="InputException">The configuration names something unknown or cannot start; the message says why.</exception>
    public static Deployment Resolve(RunConfig config) => new(config);

    /// <summary>How memory would be divided, whether requests could be served with what is left or not.</summary>
    /// <exception cref="InputException">The configuration names something unknown, or the weights do not fit.</exception>
    public static MemoryBudget PlanMemory(RunConfig config) => new Deployment(config, mustServe: false).Budget;

    /// <summary>The same deployment under another time model.</summary>
    public Deployment WithTime(ITimeModel time) => new(Config) { Time = time };

    public IScheduler CreateScheduler(SloTargets targets) =>
        _scheduler.Create(new SchedulerInput(Config.Policy, targets.TtftPs, targets.TpotPs));

    /// <summary>The KV memory of a replica, or of one of its virtual engines, which have equal shares of the blocks.</summary>
    /// <param name="replica">Each draws costs of its own.</param>
    public IKvMemory CreateMemory(int replica = 0) => _layout.Create(new LayoutInput(
        Config.Policy,
        Config.Pp == 1 ? Budget : Budget with { KvBlocks = Budget.KvBlocks / Config.Pp, KvTokens = Budget.KvTokens / Config.Pp },
        Config.Pp == 1 ? Model : Model with { Layers = _fullest.Count },
        Limits.MaxModelLen,
        Limits.MaxNumBatchedTokens,
        Costs)
    {
        Ranks = Config.Tp,
        Seed = RandomStream.Named(Config.Seed, $"replica {replica}").NextBits(),
    });

    /// <summary>The stages that a replica's virtual engines share; null without pipeline parallelism.</summary>
    public StagePipeline? CreatePipeline() => Config.Pp == 1
        ? null
        : new StagePipeline(Time as PipelineTimeModel ?? throw new InvalidOperationException("pipeline stages need times of their own"));

    public IRouter CreateRouter() => Config.Engine.Router switch
    {
        "round-robin" => new RoundRobinRouter(),
        "least-outstanding" => new LeastOutstandingRouter(),
        string other => throw new InputException($"engine.router: expected round-robin or least-outstanding, found {other}"),
    };

    /// <summary>Host memory for swapped and streamed KV, its link as the calibration profile prices copies; null when the policy never uses it.</summary>
    public HostKv? CreateHost()
    {
        if ((!Limits.SwapOut && !_scheduler.UsesHost) || _layout.IncludesHost)
            return null;
        LinkCost Link(CopyDirection direction)
        {
            LinkCost link = Costs.Link(direction);
            return link with { BothDirectionsFactor = Config.Policy.Of<SwapKnobs>().LinkBothWays ?? link.BothDirectionsFactor };
        }
        return new HostKv(Config.Policy.HostBytes / Config.Pp, Link(CopyDirection.DeviceToHost), Link(CopyDirection.HostToDevice));
    }

    private MemoryBudget Compute(StageLayers stage, TimingOptions options) => MemoryBudget.Compute(Model, Gpu, new MemoryBudgetSettings(
        Limits.MaxNumBatchedTokens,
        Config.Tp,
        Config.Engine.GpuMemoryUtilization,
        Limits.MaxNumSeqs,
        _layout.InBlocks ? Config.Policy.Of<PagedKnobs>().BlockTokens : 1,
        options.Fp8Kv ? 1 : 2,
        CudaGraphs: options.Pads,
        Stage: stage)
    {
        Overrides = options.Weights == WeightFormat.Model
            ? Config.Memory
            : Config.Memory with { WeightsBytes = Config.Memory.WeightsBytes ?? QuantisedWeightBytes(Model.ForRank(Config.Tp, stage)) },
    });

    /// <summary>A pool that activations share, and prompts that stream to the host, belong to all micro-batches of a GPU: no virtual engine can own a share.</summary>
    private void CheckPipeline()
    {
        if (Config.Pp == 1)
            return;
        if (Config.Policy.Boundary != "fixed" || _scheduler.UsesHost)
            throw new InputException($"{Config.Preset}: pp: expected 1 with an elastic boundary or KV that streams to the host, found {Config.Pp}");
        if ((long)Config.Pp * Config.Engine.Replicas > ushort.MaxValue)
            throw new InputException($"pp: expected at most {ushort.MaxValue} virtual engines in all, found {Config.Pp} in each of {Config.Engine.Replicas} replicas");
    }

    private EngineLimits ResolveLimits()
    {
        EngineSpec engine = Config.Engine;
        int maxModelLen = engine.MaxModelLen ?? Model.MaxModelLen;
        // vLLM up to 0.5: without chunked prefill a step must be able to hold the longest prompt whole.
        int budget = engine.MaxNumBatchedTokens ?? Math.Max(maxModelLen, 2048);
        if (budget < engine.MaxNumSeqs)
            throw new InputException($"engine.max_num_batched_tokens: expected at least max_num_seqs ({engine.MaxNumSeqs}), found {budget}");
        if (_layout.Lacks(_scheduler) is string lacking)
            throw new InputException($"policy.layout: expected {lacking}, found {_layout.Name}");
        bool swap = Config.Policy.Overflow == "swap";
        if (swap && (_layout.Name != "paged" || !_scheduler.Resumes))
            throw new InputException($"policy.overflow: swap needs the paged layout and a scheduler that resumes, found {_layout.Name} and {_scheduler.Name}");
        if (!_layout.Boundaries.Contains(Config.Policy.Boundary, StringComparer.Ordinal))
            throw new InputException($"policy.boundary: expected {string.Join(" or ", _layout.Boundaries)} with policy.layout {_layout.Name}, found {Config.Policy.Boundary}");
        if (Config.Policy.Overflow is "stream" or "offload" ? Config.Policy.Overflow != _scheduler.HostOverflow : _scheduler.UsesHost)
            throw new InputException($"policy.overflow: stream and the elastic scheduler go together, offload and slo-slack, found {Config.Policy.Overflow} and {_scheduler.Name}");
        if (Config.Policy.Overflow == "wait" && !_layout.ReservesWhole)
            throw new InputException($"policy.overflow: wait needs a layout that reserves whole requests (contiguous), found {_layout.Name}, whose sequences grow");
        StreamKnobs stream = Config.Policy.Of<StreamKnobs>();
        if (stream.SloHits > stream.SloWindow)
            throw new InputException($"policy.slo_hits: expected at most policy.slo_window ({stream.SloWindow}), found {stream.SloHits}");
        OffloadKnobs host = Config.Policy.Of<OffloadKnobs>();
        return new EngineLimits(
            maxModelLen,
            engine.MaxNumSeqs,
            budget,
            _scheduler.ChunksPrompts ? int.MaxValue : budget,
            swap,
            _scheduler.HoldsUntilBatchEnds && _layout.ReservesWhole,
            host.Fetching == Fetching.Background,
            host.StreamWindowLayers,
            Model.Layers)
        {
            RequeueBehind = Config.Policy.Requeue == Requeue.Back,
        };
    }

    private DeviceCosts LoadCosts(string? profile)
    {
        // A GPU file of the user's own has no profile of its name: its memory calls cost what they cost on the best-known device.
        const string BestKnown = "a100-80";
        bool known = profile is not null || CalibrationCatalog.Names.Contains(Gpu.Name);
        if (!known)
            _warnings = [.. _warnings, $"no calibration profile for {Gpu.Name}: memory calls and copies are priced as on {BestKnown}; --profile names another"];
        return new DeviceCosts(CalibrationCatalog.Load(profile ?? (known ? Gpu.Name : BestKnown)));
    }

    private void CheckChunk()
    {
        VmmKnobs vmm = Config.Policy.Of<VmmKnobs>();
        long granularity = Costs.Profile.Device.GranularityBytes;
        if (_layout.Knobs is VmmKnobs && ((long)vmm.ChunkKib << 10) % granularity != 0)
        {
            throw new InputException(
                $"policy.chunk_kib: expected a multiple of {granularity >> 10}, the granularity of calibration profile {Costs.Profile.Name}, found {vmm.ChunkKib}");
        }
    }

    private void CheckHostMemory()
    {
        bool used = Limits.SwapOut || _scheduler.UsesHost || _layout.IncludesHost;
        if (used && Gpu.HostMemoryGib is double gib && Config.Policy.SwapGib > gib)
        {
            throw new InputException(FormattableString.Invariant(
                $"policy.swap_gib: expected at most the host memory of one GPU, {gib} GiB beside {Gpu.Name}, found {Config.Policy.SwapGib}"));
        }
    }

    private void CheckPool()
    {
        IKvMemory empty = CreateMemory();
        if (empty.CapacityTokens == 0)
        {
            throw new InputException(
                $"{Config.Preset}: no KV pool: {Model.Name} on {Gpu.Name} leaves {ShortText.Gib(-Budget.ShortfallBytes)} after weights, context and an activation reserve of {ShortText.Gib(Budget.ActivationBytes)} for {Limits.MaxNumBatchedTokens} batched tokens; lower engine.max_model_len or engine.max_num_batched_tokens");
        }
        KvDemand longest = new(Limits.MaxModelLen, Limits.MaxModelLen, 1);
        if (empty.CouldHold(longest))
            return;
        // A pool that activations share may hold the tokens but not the prompt's activations beside them.
        string beside = empty.CapacityTokens >= Limits.MaxModelLen ? " beside the activations of its prompt" : "";
        string what = $"{Config.Preset}: the KV pool of {empty.CapacityTokens} tokens cannot hold one request of max_model_len ({Limits.MaxModelLen}){beside}";
        if (Config.Engine.StrictStart)
            throw new InputException($"{what}; set engine.max_model_len or engine.strict_start=false");
        _warnings = [.. _warnings, $"{what}: such requests are rejected one by one"];
    }

    private TimingOptions ResolveTiming()
    {
        TimingOptions options = new(Limits.MaxNumSeqs)
        {
            PrefillAttentionFactor = Config.Policy.PrefillAttentionFactor,
            DecodeAttentionFactor = Config.Policy.DecodeAttentionFactor,
            Weights = Config.Timing.Weights switch
            {
                "model" => WeightFormat.Model,
                "fp8-dynamic" => WeightFormat.Fp8Dynamic,
                "fp8-static" => WeightFormat.Fp8Static,
                string other => throw new InputException($"timing.weights: expected model, fp8-dynamic or fp8-static, found {other}"),
            },
            Fp8Kv = Config.Timing.Kv switch
            {
                "16bit" => false,
                "fp8" => true,
                string other => throw new InputException($"timing.kv: expected 16bit or fp8, found {other}"),
            },
        };
        switch (Config.Engine.Overhead)
        {
            case "graph":
                return options;
            case "eager":
                return options with { Overhead = OverheadProfile.Eager };
            case "none":
                return options with { Overhead = OverheadProfile.None };
            default:
                NamedOverhead named = OverheadCatalog.Load(Config.Engine.Overhead);
                return options with { Overhead = named.Graphs ? OverheadProfile.Graph : OverheadProfile.Eager, Engine = named.Overhead };
        }
    }

    /// <summary>One byte a layer weight; embedding and LM head stay 16 bit.</summary>
    private static long QuantisedWeightBytes(ModelRank rank) => rank.WeightElements + rank.EndElements;
}
