namespace ELLM.Sim.Policies;

/// <summary>A memory policy as a composition of four roles and their knobs (configs/policies holds the presets).</summary>
/// <param name="Layout">How KV is placed: paged (blocks), layer-paged (blocks of one layer), contiguous (one region a request, buddy allocator) vmm (mapped chunks) or live (the oracle's: live bytes only).</param>
/// <param name="Reservation">Contiguous only: max (max_model_len), pow2 (output rounded up to a power of two) or oracle (the true length).</param>
/// <param name="Boundary">Between activations and KV: fixed (profiled at start-up) or elastic (vmm, live: one pool for both).</param>
/// <param name="Overflow">When KV runs out: wait (never happens with full reservation), recompute, swap, stream (eLLM: whole prompts to the CPU buffer) or offload (LayerKV: layers of prompts).</param>
/// <param name="Scheduler">request-level, iteration-level, prefill-first, chunked-prefill, stall-free, unified, elastic or slo-slack.</param>
/// <param name="BlockTokens">Paged, layer-paged: tokens in a KV block.</param>
/// <param name="Watermark">Paged, vmm: share of the blocks an admission must leave free.</param>
/// <param name="BlockCheck">Paged, vmm: any (a running sequence is preempted when it finds no free block, needed or not) or needed.</param>
/// <param name="FullPromptCheck">Unified scheduler: admit a prompt only when all of it fits now, not only its next chunk.</param>
/// <param name="MinAllocationTokens">Contiguous: smallest buddy region in tokens.</param>
/// <param name="SwapGib">Host memory for KV in GiB: vLLM's swap space (4), eLLM's CPU buffer, the oracle's second memory.</param>
/// <param name="ChunkKib">Vmm: physical chunk in KiB; 2048 is CUDA's granularity, less needs a modified driver (vAttention).</param>
/// <param name="ChunkLayout">Vmm: per-layer (K and V of every layer grow by a chunk of their own) or fused (a chunk holds tokens of all layers).</param>
/// <param name="PrefillMapping">
/// Vmm: sync (a prompt is mapped before its iteration, which waits), background (while the one before runs) or drain (as sync, after the
/// device has been drained: map edits beside running kernels faulted on a V100, ovg-project/kvcached #465).
/// </param>
/// <param name="GrowthMapping">Vmm: sync, background or drain, for what decoding sequences grow by.</param>
/// <param name="Unmapping">
/// Vmm: sync, background or drain. Unmapping is not ordered with streams (the CUDA driver API); engines that took it to be were mended by a
/// drain (vllm-project/vllm #43020 and #45615, NVIDIA/TensorRT-LLM #11641).
/// </param>
/// <param name="MapLeadSteps">Vmm: decode steps ahead of its need that growth is begun.</param>
/// <param name="LookAheadTokens">Vmm: room mapped beyond the prompt at admission.</param>
/// <param name="KeepMappedChunks">Vmm: chunks of each tensor that stay mapped when a sequence ends; absent: all.</param>
/// <param name="EagerChunks">Vmm: chunks of each tensor kept mapped in one range without an owner (vAttention's eager allocation); 0: none.</param>
/// <param name="ReclaimIdleRanges">
/// Vmm: chunks of ranges without an owner are taken back when others need them; false: they stay mapped until an owner takes the range
/// over (NVIDIA/TensorRT-LLM #15931) or one sequence is left.
/// </param>
/// <param name="UnmapPreempted">Vmm: a preempted sequence's range is unmapped whole (vTensor's code); otherwise as when it finishes.</param>
/// <param name="ExtraAfterPreemption">Vmm: chunks of each tensor that an admission asks for beyond its need once anybody was preempted (vTensor's code: 1).</param>
/// <param name="VmmCosts">Vmm: median (each call costs the profile's median) or sampled (drawn from its quantiles with the run's seed).</param>
/// <param name="MapBroadcastUs">
/// Vmm, tensor parallel: microseconds to tell the other ranks of a batch of calls. 0: the request travels with the step's own message, as in
/// vAttention. kvcached's control messages take 1600 to 3200 us for one page at TP 4 (its bench_tp_ipc).
/// </param>
/// <param name="DrainUs">Vmm: microseconds an iteration loses to a drain beside the calls: one synchronisation and a refilled launch queue; assumed.</param>
/// <param name="Fetching">KV comes back from the host: sync (the next iteration waits) or background (beside iterations).</param>
/// <param name="LinkBothWays">Share of its rate that a direction of the host link keeps while the other is busy; absent: the calibration profile's.</param>
/// <param name="Requeue">Preempted requests wait at the front of the queue (vLLM) or behind those that have arrived, so that a long one blocks nobody: front or back.</param>
/// <param name="PrefillAttentionFactor">
/// Time of prefill attention over that of paged kernels, which the timing profiles hold. vAttention reports paged kernels up to 1.37
/// (FlashAttention-2) and 1.42 times (FlashInfer) slower than contiguous ones: 0.73 and 0.70. Kernels on mapped memory took 1.1 on an A100 (GLake slides, May 2024).
/// </param>
/// <param name="DecodeAttentionFactor">The same of decode attention. vTensor reports 2.12 times faster decode than vLLM's own paged kernel of 2024: 0.47.</param>
/// <param name="StreamWindowLayers">Elastic, slo-slack: layers in flight whose KV is on the GPU while a prompt goes to the host: one computed, one copied.</param>
/// <param name="SloScaling">Elastic: violations of the SLOs move the logical size of the buffer.</param>
/// <param name="SloWindow">Elastic: iterations in which violations are counted.</param>
/// <param name="SloHits">Elastic: violations in the window that move the buffer (eLLM v2: 3 of 5; v1: 5).</param>
/// <param name="SloAlpha">Elastic: factor by which it moves.</param>
/// <param name="SloOrder">Elastic: tpot-first or ttft-first, when both have enough violations.</param>
/// <param name="BufferFloorGib">Elastic: least logical size in GiB.</param>
/// <param name="SlackLimit">Slo-slack: prefills start only within the decodes' TPOT slack (LayerKV eq. 1 and 2).</param>
/// <param name="LengthPredictor">
/// Slo-slack: tokens a request is expected to emit, which the sources leave open: mean (of the requests finished so far: needs
/// neither a model nor the future), fixed or oracle (the true length).
/// </param>
/// <param name="PredictedTokens">Slo-slack: what fixed predicts, and mean until a request has finished; 256 is in the middle of chat outputs.</param>
/// <param name="PrefillCorrection">
/// Slo-slack: factor on the predicted prefill time (eq. 3's empirical one, not published). 1: the prediction is the time model's
/// own, where the paper divides FLOPs by the peak.
/// </param>
public sealed record PolicySpec(
    string Layout = "paged",
    string Reservation = "max",
    string Boundary = "fixed",
    string Overflow = "recompute",
    string Scheduler = "prefill-first",
    int BlockTokens = 16,
    double Watermark = 0.01,
    string BlockCheck = "any",
    bool FullPromptCheck = false,
    int MinAllocationTokens = 16,
    double SwapGib = 4,
    int ChunkKib = 2048,
    string ChunkLayout = "per-layer",
    string PrefillMapping = "sync",
    string GrowthMapping = "background",
    string Unmapping = "background",
    int MapLeadSteps = 1,
    int LookAheadTokens = 0,
    int? KeepMappedChunks = null,
    int EagerChunks = 0,
    bool ReclaimIdleRanges = true,
    bool UnmapPreempted = false,
    int ExtraAfterPreemption = 0,
    string VmmCosts = "median",
    double MapBroadcastUs = 0,
    double DrainUs = 20,
    double? LinkBothWays = null,
    string Requeue = "front",
    double PrefillAttentionFactor = 1,
    double DecodeAttentionFactor = 1,
    string Fetching = "sync",
    int StreamWindowLayers = 2,
    bool SloScaling = true,
    int SloWindow = 5,
    int SloHits = 3,
    double SloAlpha = 2,
    string SloOrder = "tpot-first",
    double BufferFloorGib = 0.125,
    bool SlackLimit = true,
    string LengthPredictor = "mean",
    int PredictedTokens = 256,
    double PrefillCorrection = 1);
