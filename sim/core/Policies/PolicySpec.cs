namespace ELLM.Sim.Policies;

/// <summary>A memory policy as a composition of four roles and their knobs (configs/policies holds the presets).</summary>
/// <param name="Layout">How KV is placed: paged (blocks) or contiguous (one region a request, buddy allocator).</param>
/// <param name="Reservation">Contiguous only: max (max_model_len), pow2 (output rounded up to a power of two) or oracle (the true length).</param>
/// <param name="Boundary">Between activations and KV: fixed (profiled at start-up).</param>
/// <param name="Overflow">When KV runs out: wait (never happens with full reservation), recompute or swap.</param>
/// <param name="Scheduler">request-level, iteration-level, prefill-first, chunked-prefill, stall-free or unified.</param>
/// <param name="BlockTokens">Paged: tokens in a KV block.</param>
/// <param name="Watermark">Paged: share of the blocks an admission must leave free.</param>
/// <param name="BlockCheck">Paged: any (a running sequence is preempted when it finds no free block, needed or not) or needed.</param>
/// <param name="FullPromptCheck">Unified scheduler: admit a prompt only when all of it fits now, not only its next chunk.</param>
/// <param name="MinAllocationTokens">Contiguous: smallest buddy region in tokens.</param>
/// <param name="SwapGib">Swap: host memory for swapped KV in GiB (vLLM: 4).</param>
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
    double SwapGib = 4);
