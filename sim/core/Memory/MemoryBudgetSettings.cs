using ELLM.Sim.Models;

namespace ELLM.Sim.Memory;

/// <summary>What the engine is configured to do, as far as it decides how much memory KV gets.</summary>
/// <param name="MaxBatchedTokens">
/// Tokens of the profiling run: max(max_model_len, 2048) without chunked prefill, the chunk budget with it.
/// </param>
/// <param name="TensorParallel">GPUs that share each layer.</param>
/// <param name="Utilisation">Share of visible memory the engine may plan with.</param>
/// <param name="MaxSequences">Sequences the profiling run samples for.</param>
/// <param name="BlockTokens">Token slots of a KV block.</param>
/// <param name="KvElementBytes">Bytes of one KV element.</param>
/// <param name="CudaGraphs">False for engines that launch kernels one by one: no graph reserve.</param>
/// <param name="GraphsInsideUtilisation">
/// True charges the graph reserve to the engine's share, as vLLM does since 0.21; false leaves it outside, as versions before did.
/// </param>
/// <param name="Stage">Layers of the GPU's pipeline stage; null: all.</param>
public sealed record MemoryBudgetSettings(
    int MaxBatchedTokens,
    int TensorParallel = 1,
    double Utilisation = 0.9,
    int MaxSequences = 256,
    int BlockTokens = 16,
    int KvElementBytes = 2,
    bool CudaGraphs = true,
    bool GraphsInsideUtilisation = false,
    StageLayers? Stage = null)
{
    public MemoryOverrides Overrides { get; init; } = MemoryOverrides.None;
}
