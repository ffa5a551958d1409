using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;

namespace ELLM.Sim.Memory;

/// <summary>What the engine is configured to do, as far as it decides how much memory KV gets.</summary>
/// <param name="MaxBatchedTokens">
/// Tokens of the profiling run: max(max_model_len, 2048) without chunked prefill, the chunk budget with it.
/// </param>
/// <param name="TensorParallel">GPUs that share each layer.</param>
/// <param name="Utilisation">Share of visible memory the engine may plan with; null: the release's default.</param>
/// <param name="MaxSequences">Sequences the profiling run samples for.</param>
/// <param name="BlockTokens">Token slots of a KV block.</param>
/// <param name="KvElementBytes">Bytes of one KV element.</param>
/// <param name="ActivationElementBytes">Bytes of one activation; of one weight too where the model says two.</param>
/// <param name="CudaGraphs">False for engines that launch kernels one by one: no graph reserve.</param>
/// <param name="Stage">Layers of the GPU's pipeline stage; null: all.</param>
public sealed record MemoryBudgetSettings(
    int MaxBatchedTokens,
    int TensorParallel = 1,
    double? Utilisation = null,
    int MaxSequences = 256,
    int BlockTokens = 16,
    int KvElementBytes = 2,
    int ActivationElementBytes = 2,
    bool CudaGraphs = true,
    StageLayers? Stage = null)
{
    /// <summary>The first release known: engines of before 2025.</summary>
    public const string DefaultRelease = "vllm-0.4";

    /// <summary>The engine's own part of the sum: what it takes beside weights, activations and KV.</summary>
    public EngineRelease Release { get; init; } = EngineCatalog.Release(DefaultRelease);

    /// <summary>Ranks among the tensor-parallel ones that divide the experts by number.</summary>
    public int ExpertParallel { get; init; } = 1;

    public MemoryOverrides Overrides { get; init; } = MemoryOverrides.None;

    /// <summary>Tokens of a block that the user counts: of layouts without blocks those of vLLM's, so that a stated pool is the same bytes.</summary>
    public int StatedBlockTokens { get; init; } = BlockTokens;
}
