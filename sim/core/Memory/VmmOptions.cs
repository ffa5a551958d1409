using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Settings;
using ELLM.Sim.Time;

namespace ELLM.Sim.Memory;

/// <summary>KV memory backed by chunks that the GPU driver maps on demand: sizes, rules and what the calls cost.</summary>
/// <param name="PoolBytes">Physical memory for KV, and for activations too when the boundary is elastic.</param>
/// <param name="ChunkBytes">Physical chunk; CUDA's granularity is 2 MiB.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="BytesPerToken">K and V of one token over all layers of this rank.</param>
public sealed record VmmOptions(long PoolBytes, long ChunkBytes, int Layers, long BytesPerToken)
{
    /// <summary>A chunk holds tokens of all layers; otherwise K and V of each layer grow by a chunk of their own at once.</summary>
    public bool Fused { get; init; }

    /// <summary>Chunks that a range grows by at once.</summary>
    public long ChunksPerUnit => Fused ? 1 : 2L * Layers;

    /// <summary>Bytes that a token writes into each of them.</summary>
    /// <exception cref="InputException">A chunk cannot hold them.</exception>
    public long ChunkBytesPerToken
    {
        get
        {
            long bytes = BytesPerToken / ChunksPerUnit;
            return bytes <= ChunkBytes
                ? bytes
                : throw new InputException($"policy.chunk_kib: a chunk of {ChunkBytes} bytes cannot hold the {bytes} bytes a token writes into it");
        }
    }

    /// <summary>Share of the units an admission must leave free.</summary>
    public double Watermark { get; init; } = 0.01;

    public BlockCheck Check { get; init; } = BlockCheck.Needed;

    /// <summary>With <see cref="BlockCheck.Any"/>: sequence by sequence, each finds a free unit at its turn, whether any of them grows
    /// or not; otherwise one is left after those that grow, when some do.</summary>
    public bool EveryTurn { get; init; }

    /// <summary>Room mapped beyond the prompt at admission, in tokens.</summary>
    public int LookAheadTokens { get; init; }

    /// <summary>Chunks of each tensor that stay mapped in a range when its owner ends; the rest is unmapped.</summary>
    public long KeepChunks { get; init; } = long.MaxValue;

    /// <summary>KV and activations share the pool: whichever needs chunks takes those the other has idle.</summary>
    public bool Elastic { get; init; }

    /// <summary>Live activation bytes of an iteration (elastic only).</summary>
    public ActivationDemand Activation { get; init; }

    /// <summary>No iteration has more of them: the profiled reserve, or what a user says in its place.</summary>
    public long MostActivationBytes { get; init; } = long.MaxValue;

    /// <summary>Chunks of idle ranges are taken back when others need them; otherwise only an owner that takes a range over gets them.</summary>
    /// <remarks>With one sequence left, idle ranges are taken back in any case: no other sequence could give it room.</remarks>
    public bool ReclaimsIdle { get; init; } = true;

    /// <summary>Who gives chunks first when KV or activations need some.</summary>
    public ReclaimOrder Reclaim { get; init; }

    /// <summary>A preempted sequence's range is unmapped whole; otherwise it stays mapped like that of a finished one.</summary>
    public bool UnmapsPreempted { get; init; }

    /// <summary>Units that an admission asks for beyond its need once a sequence has been preempted.</summary>
    public long ExtraAfterPreemption { get; init; }

    /// <summary>Units kept mapped in one range without an owner, for the next one.</summary>
    public long EagerUnits { get; init; }

    /// <summary>Mapping of prompts.</summary>
    public CallTiming PrefillMaps { get; init; }

    /// <summary>Mapping of what decoding sequences grow by.</summary>
    public CallTiming GrowthMaps { get; init; }

    public CallTiming Unmaps { get; init; }

    /// <summary>Steps ahead of its need that growth is known and begun.</summary>
    public int LeadSteps { get; init; } = 1;

    /// <summary>Calls that map one chunk and set its access.</summary>
    public IReadOnlyList<DriverCall> Map { get; init; } = [];

    /// <summary>Calls that unmap one chunk.</summary>
    public IReadOnlyList<DriverCall> Unmap { get; init; } = [];

    /// <summary>Seed of drawn call times.</summary>
    public ulong Seed { get; init; }

    /// <summary>Ranks that make the same calls, each under its own driver lock.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Picoseconds to tell the other ranks of a batch of calls and hear back.</summary>
    public long BroadcastPs { get; init; }

    /// <summary>Picoseconds an iteration loses when the device is drained for calls.</summary>
    public long DrainPs { get; init; }

    /// <summary>As a policy's knobs say, with a device's prices.</summary>
    internal static VmmOptions From(LayoutInput input)
    {
        VmmKnobs knobs = input.Of<VmmKnobs>();
        MemoryBudget budget = input.Budget;
        long chunk = (long)knobs.ChunkKib << 10;
        long pool = budget.KvBytes + (input.SharesPool ? budget.ActivationBytes : 0);
        return new VmmOptions(pool, chunk, input.Model.Layers, budget.KvBytesPerToken)
        {
            Fused = knobs.ChunkLayout == ChunkLayout.Fused,
            Watermark = knobs.Watermark,
            Check = knobs.BlockCheck,
            EveryTurn = knobs.CheckEveryTurn,
            LookAheadTokens = knobs.LookAheadTokens,
            KeepChunks = knobs.KeepMappedChunks ?? long.MaxValue,
            Elastic = input.SharesPool,
            Activation = budget.Activation,
            MostActivationBytes = budget.ActivationBytes,
            ReclaimsIdle = knobs.ReclaimIdleRanges,
            Reclaim = knobs.ReclaimOrder,
            UnmapsPreempted = knobs.UnmapPreempted,
            ExtraAfterPreemption = knobs.ExtraAfterPreemption,
            EagerUnits = knobs.EagerChunks,
            PrefillMaps = knobs.PrefillMapping,
            GrowthMaps = knobs.GrowthMapping,
            Unmaps = knobs.Unmapping,
            LeadSteps = knobs.MapLeadSteps,
            Map = [Call(CalibratedOp.VmmMap), Call(CalibratedOp.VmmSetAccess)],
            Unmap = [Call(CalibratedOp.VmmUnmap)],
            Seed = input.Seed,
            Ranks = input.Ranks,
            BroadcastPs = input.Ranks > 1 ? SimTime.FromMicroseconds(knobs.MapBroadcastUs).Picoseconds : 0,
            DrainPs = SimTime.FromMicroseconds(knobs.DrainUs).Picoseconds,
        };

        DriverCall Call(CalibratedOp op) =>
            new(input.Costs.MedianPs(op, chunk), knobs.VmmCosts == CallCosts.Sampled ? input.Costs.Quantiles(op) : null);
    }

    /// <summary>A device maps whole granules only.</summary>
    internal static string? Fault(KnobSet knobs, DeviceCosts costs)
    {
        long granuleKib = costs.Profile.Device.GranularityBytes >> 10;
        int chunkKib = ((VmmKnobs)knobs).ChunkKib;
        return chunkKib % granuleKib == 0
            ? null
            : $"policy.chunk_kib: expected a multiple of {granuleKib}, the granularity of calibration profile {costs.Profile.Name}, found {chunkKib}";
    }
}
