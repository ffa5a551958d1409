namespace ELLM.Sim.Memory;

/// <summary>How one GPU's memory is divided before the first request: what is left for KV, and why.</summary>
/// <remarks>
/// <para><c>kv = utilisation visible - weights - context - activations - graphs beyond the rest</c>, and
/// <c>blocks = floor(kv / (block_tokens kv_bytes_per_token))</c>.</para>
/// <para>Activations are the peak of a profiling run (<see cref="ActivationDemand"/>) at <c>max_num_batched_tokens</c> and
/// <c>max_num_seqs</c>. The graph reserve is taken from what utilisation leaves outside the engine's share, or from the share,
/// as the release has it; what does not fit outside eats the pool, since an engine would otherwise run out while capturing.
/// What an engine takes beside weights, activations and KV depends on its release (<see cref="Engines.EngineRelease"/>).</para>
/// <para>The parts and <see cref="UnassignedBytes"/> sum to <see cref="VisibleBytes"/> unless <see cref="ShortfallBytes"/> is
/// positive: then the activation reserve does not fit beside the weights and there is no KV pool.</para>
/// </remarks>
public sealed partial record MemoryBudget
{
    private MemoryBudget()
    {
    }

    public required long VisibleBytes { get; init; }

    /// <summary>The engine's share: <c>floor(utilisation visible)</c>.</summary>
    public required long UtilisedBytes { get; init; }

    public required long WeightsBytes { get; init; }

    /// <summary>Memory of the driver, libraries and collectives that appears after the engine starts to count.</summary>
    public required long ContextBytes { get; init; }

    public required long GraphBytes { get; init; }

    /// <summary>The profiled peak that fixed-boundary engines keep free for activations.</summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Live bytes of one token in a prefill step: what an elastic boundary reserves by.</summary>
    public required long ActivationBytesPerToken { get; init; }

    /// <summary>Activation bytes of a step of any size, by the rules of the profiling run.</summary>
    public required ActivationDemand Activation { get; init; }

    public required long KvBytesPerToken { get; init; }

    public required int BlockTokens { get; init; }

    public required long KvBlocks { get; init; }

    /// <summary>Token slots of the pool: blocks times their size, or the exact number that was stated.</summary>
    public required long KvTokens { get; init; }

    /// <summary>Bytes by which weights, context, graphs and the activation reserve exceed what they may use; 0 when they fit.</summary>
    public required long ShortfallBytes { get; init; }

    /// <summary>Every item with its origin, in the order of the computation.</summary>
    public required IReadOnlyList<MemoryBudgetLine> Lines { get; init; }

    public long KvBytes => KvTokens * KvBytesPerToken;

    /// <summary>Outside the engine's share and not taken by graphs, plus what block rounding or a stated pool leaves over.</summary>
    public long UnassignedBytes =>
        Math.Max(0, VisibleBytes - WeightsBytes - ContextBytes - GraphBytes - ActivationBytes - KvBytes);
}
