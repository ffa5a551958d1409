using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>A workload and an engine, small enough to print: what laws are tried on.</summary>
internal sealed record Scenario
{
    private static readonly MemoryBudget AnyBudget = MemoryBudget.Compute(
        ModelCatalog.Load("llama-3.1-8b"), GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(2048, 1, 0.9, 16, 16, CudaGraphs: false));

    public IReadOnlyList<Ask> Asks { get; init; } = [];

    public PolicySpec Policy { get; init; } = new();

    public int Blocks { get; init; } = 1000;

    public int WatermarkBlocks { get; init; }

    public int MaxModelLen { get; init; } = 4096;

    public int MaxNumSeqs { get; init; } = 16;

    public int MaxNumBatchedTokens { get; init; } = 4096;

    public int Replicas { get; init; } = 1;

    public bool LeastOutstanding { get; init; }

    /// <summary>Closed-loop users; 0 for an open loop.</summary>
    public int Users { get; init; }

    public Clockwork Clockwork { get; init; }

    /// <summary>Host memory in tokens, used when the policy swaps.</summary>
    public int HostTokens { get; init; } = 100_000;

    public long LinkLatencyPs { get; init; } = 300;

    public long LinkPsPerToken { get; init; } = 7;

    /// <summary>Every duration of the scenario is multiplied by it.</summary>
    public long Scale { get; init; } = 1;

    public bool Swaps => Policy.Overflow == "swap";

    public SchedulerEntry Scheduler => SchedulerCatalog.Find(Policy.Scheduler);

    public EngineLimits Limits => new(
        MaxModelLen,
        MaxNumSeqs,
        MaxNumBatchedTokens,
        Scheduler.ChunksPrompts ? int.MaxValue : MaxNumBatchedTokens,
        Swaps,
        Scheduler.HoldsUntilBatchEnds);

    public ITimeModel Time => Scale == 1 ? Clockworks.Of(Clockwork) : new ScaledTimeModel(Clockworks.Of(Clockwork), Scale);

    public Trace Trace()
    {
        long[] arrivals = new long[Asks.Count];
        long now = 0;
        for (int i = 0; i < arrivals.Length; i++)
            arrivals[i] = now += Asks[i].GapPs * Scale;
        return new Trace("scenario", arrivals, [.. Asks.Select(a => a.Input)], [.. Asks.Select(a => a.Output)]);
    }

    public UserLoop? UserLoop() => Users == 0 ? null : new UserLoop(Users, [.. Asks.Select(a => a.GapPs * Scale)]);

    public IKvMemory Memory()
    {
        MemoryBudget budget = AnyBudget with { KvBlocks = Blocks, KvTokens = Blocks * Policy.BlockTokens, KvBytesPerToken = 10 };
        PolicySpec policy = Policy with { Watermark = (WatermarkBlocks + 0.5) / Math.Max(1, Blocks) };
        return LayoutCatalog.Find(Policy.Layout).Create(policy, budget, MaxModelLen);
    }

    public HostKv? Host() => Swaps ? new HostKv(HostTokens * 10L, 1e12 * 10 / (LinkPsPerToken * Scale), LinkLatencyPs * Scale) : null;

    public override string ToString() =>
        $"{Policy.Scheduler} {Policy.Layout} {Policy.Reservation} {Policy.Overflow} check={Policy.BlockCheck} full={Policy.FullPromptCheck} "
        + $"min={Policy.MinAllocationTokens} blocks={Blocks}x{Policy.BlockTokens} watermark={WatermarkBlocks} len={MaxModelLen} seqs={MaxNumSeqs} "
        + $"budget={MaxNumBatchedTokens} replicas={Replicas} least={LeastOutstanding} users={Users} {Clockwork} host={HostTokens} "
        + $"x{Scale} asks={string.Concat(Asks)}";
}
