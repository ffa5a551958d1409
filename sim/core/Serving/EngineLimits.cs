namespace ELLM.Sim.Serving;

/// <summary>The engine's resolved limits and rules, all in tokens or sequences.</summary>
/// <param name="MaxPrefillTokens">Longest prompt an iteration may have to hold whole; <see cref="int.MaxValue"/> with chunked prefill.</param>
/// <param name="SwapOut">Preempted sequences move to host memory when it has room, instead of being recomputed.</param>
/// <param name="HoldUntilBatchEnds">Finished sequences keep their memory until every sequence of their batch has finished.</param>
public sealed record EngineLimits(
    int MaxModelLen,
    int MaxNumSeqs,
    int MaxNumBatchedTokens,
    int MaxPrefillTokens,
    bool SwapOut = false,
    bool HoldUntilBatchEnds = false);
