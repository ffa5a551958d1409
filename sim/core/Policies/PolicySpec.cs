namespace ELLM.Sim.Policies;

/// <summary>A memory policy as a composition of four roles and their knobs (configs/policies holds the presets).</summary>
/// <param name="Layout">How KV is placed: paged (blocks), contiguous (one region a request, buddy allocator) or vmm (mapped chunks).</param>
/// <param name="Reservation">Contiguous only: max (max_model_len), pow2 (output rounded up to a power of two) or oracle (the true length).</param>
/// <param name="Boundary">Between activations and KV: fixed (profiled at start-up) or elastic (vmm only: one pool for both).</param>
/// <param name="Overflow">When KV runs out: wait (never happens with full reservation), recompute or swap.</param>
/// <param name="Scheduler">request-level, iteration-level, prefill-first, chunked-prefill, stall-free or unified.</param>
/// <param name="BlockTokens">Paged: tokens in a KV block.</param>
/// <param name="Watermark">Paged, vmm: share of the blocks an admission must leave free.</param>
/// <param name="BlockCheck">Paged, vmm: any (a running sequence is preempted when it finds no free block, needed or not) or needed.</param>
/// <param name="FullPromptCheck">Unified scheduler: admit a prompt only when all of it fits now, not only its next chunk.</param>
/// <param name="MinAllocationTokens">Contiguous: smallest buddy region in tokens.</param>
/// <param name="SwapGib">Swap: host memory for swapped KV in GiB (vLLM: 4).</param>
/// <param name="ChunkKib">Vmm: physical chunk in KiB; 2048 is CUDA's granularity, less needs a modified driver (vAttention).</param>
/// <param name="ChunkLayout">Vmm: per-layer (K and V of every layer grow by a chunk of their own) or fused (a chunk holds tokens of all layers).</param>
/// <param name="PrefillMapping">Vmm: sync (a prompt is mapped before its iteration) or background (while the one before runs).</param>
/// <param name="GrowthMapping">Vmm: sync or background, for what decoding sequences grow by.</param>
/// <param name="Unmapping">Vmm: sync or background.</param>
/// <param name="MapLeadSteps">Vmm: decode steps ahead of its need that growth is begun.</param>
/// <param name="LookAheadTokens">Vmm: room mapped beyond the prompt at admission.</param>
/// <param name="KeepMappedChunks">Vmm: chunks of each tensor that stay mapped when a sequence ends; absent: all.</param>
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
    int? KeepMappedChunks = null);
