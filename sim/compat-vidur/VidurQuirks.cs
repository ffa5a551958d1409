namespace ELLM.Sim.Compat.Vidur;

/// <summary>Where Vidur differs from a serving engine or from its own intention: true imitates it, false does what the text says.</summary>
/// <remarks>Found in microsoft/vidur 7d47513.</remarks>
public sealed record VidurQuirks
{
    /// <summary>vLLM, Sarathi: a decode needs a free block in the pool even when its own blocks have room. False: only when it
    /// needs one.</summary>
    public bool FreeBlockForEveryDecode { get; init; } = true;

    /// <summary>vLLM, Sarathi: a restarted request goes to the front of the waiting queue. False: to its end.</summary>
    public bool RestartInFront { get; init; } = true;

    /// <summary>
    /// Sarathi: restarting a half-prefilled request makes the tokens done its new prompt and the rest of the prompt output, decoded
    /// one by one. False: the prompt stays what it was.
    /// </summary>
    public bool RestartCutsPrompt { get; init; } = true;

    /// <summary>
    /// FasterTransformer: a batch that ends frees only the requests of its last iteration. False: every request it began with.
    /// </summary>
    public bool LeakFinishedSlots { get; init; } = true;

    /// <summary>Least outstanding requests counts waiting requests only. False: running ones too.</summary>
    public bool RouteByWaitingOnly { get; init; } = true;

    /// <summary>The pool is rounded down to whole slots of max_tokens. False: to blocks.</summary>
    public bool PoolOfWholeSlots { get; init; } = true;

    /// <summary>Tables built from profiles stay flat beyond the data. False: they go on as their last two points do.</summary>
    public bool FlatBeyondProfile { get; init; } = true;

    /// <summary>
    /// Decode attention is that of a batch whose sequences all have the mean KV length. False: the mean over the sequences of what
    /// a batch of that length would take.
    /// </summary>
    public bool MeanKvLength { get; init; } = true;

    /// <summary>A time of exactly 0 counts as not set: averages start at the second sample, and a first token at 0 is set again.</summary>
    public bool ZeroTimeIsUnset { get; init; } = true;

    /// <summary>Utilisation of the arithmetic units takes 2^40 for tera. False: 10^12.</summary>
    public bool BinaryTera { get; init; } = true;
}
