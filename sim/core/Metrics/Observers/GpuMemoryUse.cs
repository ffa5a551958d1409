using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>All of a replica's GPU memory at an iteration boundary, bytes over its ranks. The parts sum to what the driver
/// reports.</summary>
/// <remarks>
/// Live activations are the iteration's tokens times the model's bytes a token, at most what is reserved or mapped for them. With
/// a fixed boundary the reserve is the profiled one; with an elastic one it is what the run has mapped. Idle KV is what sequences
/// hold beyond their tokens, and what stays mapped in ranges without an owner.
/// </remarks>
public readonly record struct GpuMemoryUse
{
    public required long WeightsBytes { get; init; }

    /// <summary>Context, libraries and CUDA graphs.</summary>
    public required long RuntimeBytes { get; init; }

    public required long ActivationLiveBytes { get; init; }

    public required long ActivationIdleBytes { get; init; }

    public required long KvLiveBytes { get; init; }

    public required long KvIdleBytes { get; init; }

    /// <summary>Cached prefixes that no request holds: KV may take their memory.</summary>
    public required long PrefixIdleBytes { get; init; }

    /// <summary>What KV (and elastic activations) may take and have not, cached prefixes left out.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Outside the engine's share, and what the rounding to whole blocks leaves over.</summary>
    public required long OutsideBytes { get; init; }

    public long TotalBytes =>
        WeightsBytes + RuntimeBytes + ActivationLiveBytes + ActivationIdleBytes + KvLiveBytes + KvIdleBytes + PrefixIdleBytes + FreeBytes
        + OutsideBytes;

    /// <param name="budget">Of one rank.</param>
    /// <param name="ranks">GPUs that share each layer.</param>
    public static GpuMemoryUse Of(in ReplicaSample sample, MemoryBudget budget, int ranks)
    {
        long kv = budget.KvBytesPerToken;
        // Contiguous layouts and blocks: what sequences hold is what their layout counts in tokens.
        MappedMemory mapped = sample.Mapped ?? new MappedMemory(
            sample.AllocatedTokens * kv, 0, 0, (sample.CapacityTokens - sample.AllocatedTokens) * kv, Elastic: false);
        long activations = mapped.Elastic ? mapped.ActivationBytes : budget.ActivationBytes;
        long working = Math.Min(activations, sample.IterationTokens * budget.ActivationBytesPerToken);
        long live = Math.Min(mapped.HeldBytes, sample.LiveTokens * kv);
        long idle = mapped.HeldBytes - live + mapped.IdleBytes;
        long prefixes = Math.Min(mapped.FreeBytes, sample.IdlePrefixTokens * kv);
        long runtime = budget.ContextBytes + budget.GraphBytes;
        long named = budget.WeightsBytes + runtime + activations + live + idle + mapped.FreeBytes;
        return new GpuMemoryUse
        {
            WeightsBytes = ranks * budget.WeightsBytes,
            RuntimeBytes = ranks * runtime,
            ActivationLiveBytes = ranks * working,
            ActivationIdleBytes = ranks * (activations - working),
            KvLiveBytes = ranks * live,
            KvIdleBytes = ranks * idle,
            PrefixIdleBytes = ranks * prefixes,
            FreeBytes = ranks * (mapped.FreeBytes - prefixes),
            OutsideBytes = ranks * (budget.VisibleBytes - named),
        };
    }
}
