namespace ELLM.Sim.Serving;

/// <summary>The engine's resolved limits and rules, all in tokens or sequences.</summary>
/// <param name="MaxPrefillTokens">Longest prompt that an iteration can hold whole; <see cref="int.MaxValue"/> with chunks.</param>
/// <param name="SwapOut">Preempted sequences move to host memory when it has room, instead of being recomputed.</param>
/// <param name="FetchInBackground">KV comes back from the host beside iterations; otherwise the next one waits for it.</param>
/// <param name="StreamWindowLayers">Layers whose KV is on the GPU while a prompt streams to the host: one computed, one copied.</param>
/// <param name="Layers">Of the model.</param>
/// <param name="HoldUntilBatchEnds">Finished sequences keep their memory until every sequence of their batch has finished.</param>
public sealed record EngineLimits(
    int MaxModelLen,
    int MaxNumSeqs,
    int MaxNumBatchedTokens,
    int MaxPrefillTokens,
    bool SwapOut = false,
    bool HoldUntilBatchEnds = false,
    bool FetchInBackground = false,
    int StreamWindowLayers = 2,
    int Layers = 1)
{
    /// <summary>Preempted requests wait behind those that have arrived; otherwise at the front of the queue.</summary>
    public bool RequeueBehind { get; init; }

    /// <summary>Longest prompt that is taken.</summary>
    public int LongestPrompt { get; init; } = MaxModelLen;

    /// <summary>
    /// A sequence comes back from the host when its blocks and one more are free: tokens of a block; 0: when it and its next token fit.
    /// </summary>
    public int SpareBlockTokens { get; init; }

    /// <summary>Preempted requests are in front of the queue from the next round on, not in the round that preempted them.</summary>
    public bool RequeueAfterRound { get; init; }
}
