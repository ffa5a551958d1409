using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>A workload and an engine, small enough to print: what laws are tried on.</summary>
internal sealed record Scenario
{
    private static readonly MemoryBudget AnyBudget = MemoryBudget.Compute(
        ModelCatalog.Load("llama-3.1-8b"), GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(2048, 1, 0.9, 16, 16, CudaGraphs: false));

    private const long ActivationBytesPerToken = 3;

    private static readonly DeviceCosts Costs = new(CalibrationCatalog.Load("a100-80"));

    public IReadOnlyList<Ask> Asks { get; init; } = [];

    public PolicySpec Policy { get; init; } = new();

    /// <summary>Which prompts begin alike; null: nobody knows.</summary>
    public PromptChains? Prompts { get; init; }

    public int Blocks { get; init; } = 1000;

    public int WatermarkBlocks { get; init; }

    /// <summary>Exact size of a pool of live bytes, GPU and host together, in place of the blocks.</summary>
    public long? LiveBytes { get; init; }

    public int MaxModelLen { get; init; } = 4096;

    public int MaxNumSeqs { get; init; } = 16;

    public int MaxNumBatchedTokens { get; init; } = 4096;

    /// <summary>Picks among the rules of a mapped layout, 0 to 10,367.</summary>
    public int Variant { get; init; }

    public int Replicas { get; init; } = 1;

    /// <summary>Pipeline stages, and virtual engines, of each replica.</summary>
    public int Stages { get; init; } = 1;

    /// <summary>Layers that the stages share; 0: a few more than stages, so that shares are unequal.</summary>
    public int Layers { get; init; }

    /// <summary>Handing activations to the next stage, picoseconds.</summary>
    public long SendPs { get; init; }

    public bool LeastOutstanding { get; init; }

    /// <summary>Closed-loop users; 0 for an open loop.</summary>
    public int Users { get; init; }

    /// <summary>Turns that wait for one another; null: every request arrives at its own time.</summary>
    public SessionPlan? Sessions { get; init; }

    public Clockwork Clockwork { get; init; }

    /// <summary>Host memory in tokens, used when the policy swaps.</summary>
    public int HostTokens { get; init; } = 100_000;

    public long LinkLatencyPs { get; init; } = 300;

    public long LinkPsPerToken { get; init; } = 7;

    /// <summary>Objectives that an SLO-aware scheduler reacts to: a few steps, so that they are now met and now missed.</summary>
    public long TtftSloPs => Clockworks.StepPs(Clockwork) * (2 + (Variant % 40)) * Scale;

    public long TpotSloPs => Clockworks.StepPs(Clockwork) * (10 + (Variant % 7)) / 10 * Scale;

    /// <summary>Every duration of the scenario is multiplied by it.</summary>
    public long Scale { get; init; } = 1;

    /// <summary>Knobs of blocks, also where a layout of another kind gets a pool of that size.</summary>
    public PagedKnobs Paged => Policy.Of<PagedKnobs>();

    public int BlockTokens => Paged.BlockTokens;

    public bool Swaps => Policy.Overflow == "swap";

    public SchedulerEntry Scheduler => SchedulerCatalog.Find(Policy.Scheduler);

    public EngineLimits Limits => PolicyLimits.Of(Policy, MaxModelLen, MaxNumSeqs, MaxNumBatchedTokens, layers: 4) with
    {
        FetchInBackground = Scheduler.UsesHost && Variant % 2 == 0,
        StreamWindowLayers = 1 + (Variant % 3),
    };

    public ITimeModel Time => Scale == 1 ? Clockworks.Of(Clockwork) : new ScaledTimeModel(Clockworks.Of(Clockwork), Scale);

    /// <summary>The stages of one replica, of unequal layers where they do not divide; null when there is one.</summary>
    public VirtualEngines? Pipeline()
    {
        if (Stages == 1)
            return null;
        ITimeModel[] shares = [.. StageLayers.Split(Layers == 0 ? Stages + 3 : Layers, Stages).Select(layers => new ShareTimeModel(Time, layers))];
        SendReceiveTable send = new("test", [new MessageSegment(SendPs * 1e-6, 0)], "test", false);
        return new VirtualEngines(new PipelineTimeModel(shares, send, 1));
    }

    public Trace Trace()
    {
        long[] arrivals = new long[Asks.Count];
        long now = 0;
        for (int i = 0; i < arrivals.Length; i++)
            arrivals[i] = now += Asks[i].GapPs * Scale;
        return new Trace("scenario", arrivals, [.. Asks.Select(a => a.Input)], [.. Asks.Select(a => a.Output)])
        {
            Columns = Sessions is null ? [] : [Sessions],
        };
    }

    public UserLoop? UserLoop() => Users == 0 ? null : new UserLoop(Users, [.. Asks.Select(a => a.GapPs * Scale)]);

    public IKvMemory Memory()
    {
        MemoryBudget budget = AnyBudget with { KvBlocks = Blocks, KvTokens = Blocks * BlockTokens, KvBytesPerToken = 10 };
        PagedKnobs paged = Paged with { Watermark = (WatermarkBlocks + 0.5) / Math.Max(1, Blocks) };
        if (Policy.Layout == "vmm")
            return new VmmKv(Chunks(paged.Watermark), Known);
        if (Policy.Layout == "layer-paged")
            return new LayeredKv(Blocks, BlockTokens, Limits.Layers, WatermarkBlocks, Paged.BlockCheck, 10, Known);
        if (LiveBytes is long bytes)
        {
            long gpu = Math.Min(bytes, ActivationBytesPerToken * (MaxNumBatchedTokens + MaxNumSeqs));
            return new LiveKv(gpu, bytes - gpu, 10, ActivationBytesPerToken, MaxNumBatchedTokens);
        }
        if (Policy.Layout == "live")
            budget = budget with { ActivationBytes = ActivationBytesPerToken * MaxNumBatchedTokens, ActivationBytesPerToken = ActivationBytesPerToken };
        LayoutEntry layout = LayoutCatalog.Find(Policy.Layout);
        KnobSet knobs = Policy.With(paged).KnobsOf(layout.Knobs);
        return layout.Create(new LayoutInput(knobs, budget, ModelCatalog.Load("llama-3.1-8b"), MaxModelLen, MaxNumBatchedTokens, Costs)
        {
            HostBytes = Policy.HostBytes,
            Prompts = Prompts ?? PromptChains.None,
        });
    }

    /// <summary>Small chunks, of whole tokens or not, under every rule of a mapped layout; <see cref="Variant"/> picks.</summary>
    private VmmOptions Chunks(double watermark) => new(Blocks * BlockTokens * 10L, (10L * BlockTokens) - (Variant % 3), 1, 10)
    {
        Fused = BlockTokens > 1 && Variant % 2 == 0,
        Watermark = watermark,
        Check = Paged.BlockCheck,
        EveryTurn = Variant % 7 < 4,
        LookAheadTokens = Variant / 2 % 3 * 5,
        KeepChunks = Variant / 6 % 2 == 0 ? long.MaxValue : 1,
        Elastic = Variant / 12 % 2 == 1,
        Activation = new ActivationDemand(ActivationBytesPerToken, Variant % 11, Variant % 2, Variant % 13),
        PrefillMaps = (CallTiming)(Variant / 24 % 3),
        GrowthMaps = (CallTiming)(Variant / 72 % 3),
        Unmaps = (CallTiming)(Variant / 216 % 3),
        LeadSteps = 1 + (Variant % 3),
        ReclaimsIdle = Variant / 648 % 2 == 0,
        Reclaim = (ReclaimOrder)(Variant / 5 % 2),
        UnmapsPreempted = Variant / 1296 % 2 == 0,
        ExtraAfterPreemption = Variant % 2,
        EagerUnits = Variant / 2592 % 2,
        Map = [new DriverCall(20 * Scale, Drawn), new DriverCall(30 * Scale, Drawn)],
        Unmap = [new DriverCall(30 * Scale, Drawn)],
        Seed = (ulong)Variant,
        Ranks = 1 + (Variant % 2),
        BroadcastPs = Variant % 5 * Scale,
        DrainPs = 15 * Scale,
    };

    private PromptChains? Known => Paged.PrefixCache == PrefixCaching.Off ? null : Prompts ?? PromptChains.None;

    private QuantileCurve? Drawn => Variant / 5184 % 2 == 0 ? null : Costs.Quantiles(CalibratedOp.VmmSetAccess);

    public HostMemory? Host() => !LayoutCatalog.Find(Policy.Layout).IncludesHost && (Swaps || Scheduler.UsesHost)
        ? new HostMemory(HostTokens * 10L, Link, Link)
        : null;

    private LinkCost Link => new(1e4 / (LinkPsPerToken * Scale), LinkLatencyPs * Scale, 1);

    private ContiguousKnobs Contiguous => Policy.Of<ContiguousKnobs>();

    public override string ToString() =>
        $"{Policy.Scheduler} {Policy.Layout} {Contiguous.Reservation} {Policy.Overflow} variant={Variant} check={Paged.BlockCheck} full={Policy.Of<UnifiedKnobs>().FullPromptCheck} "
        + $"min={Contiguous.MinAllocationTokens} blocks={Blocks}x{BlockTokens} watermark={WatermarkBlocks} len={MaxModelLen} seqs={MaxNumSeqs} "
        + $"budget={MaxNumBatchedTokens} replicas={Replicas} stages={Stages} send={SendPs} least={LeastOutstanding} users={Users} {Clockwork} host={HostTokens} "
        + $"x{Scale} asks={string.Concat(Asks)}";
}
