namespace ELLM.Sim.Serving;

/// <summary>The serving engine's own settings, named as vLLM names them.</summary>
/// <param name="MaxModelLen">Longest prompt plus output in tokens; the model's own limit when absent.</param>
/// <param name="MaxNumSeqs">Most sequences in a batch (vLLM: 256).</param>
/// <param name="MaxNumBatchedTokens">Most tokens in an iteration; absent: max(max_model_len, 2048) without chunked prefill, the preset's chunk with it.</param>
/// <param name="GpuMemoryUtilization">Share of the visible GPU memory the engine may use for weights, activations and KV (vLLM: 0.90).</param>
/// <param name="Overhead">Host overhead profile per iteration: graph, eager or none.</param>
/// <param name="StrictStart">Refuse to start when the KV pool cannot hold one request of max_model_len, as vLLM does; otherwise warn and reject such requests.</param>
/// <param name="Replicas">Independent copies of the engine behind the router.</param>
/// <param name="Router">How requests reach replicas: round-robin or least-outstanding.</param>
/// <param name="StageLink">What activations cross between pipeline stages: intra-node or inter-node.</param>
public sealed record EngineSpec(
    int? MaxModelLen = null,
    int MaxNumSeqs = 256,
    int? MaxNumBatchedTokens = null,
    double GpuMemoryUtilization = 0.90,
    string Overhead = "graph",
    bool StrictStart = false,
    int Replicas = 1,
    string Router = "round-robin",
    string StageLink = "intra-node");
