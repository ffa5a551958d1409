using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Memory;

/// <summary>Answer to an admission question.</summary>
public enum Admission : byte
{
    /// <summary>Fits now.</summary>
    Now,

    /// <summary>Fits when others have left.</summary>
    Later,

    /// <summary>Does not fit an empty pool.</summary>
    Never,
}

/// <summary>What a sequence asks of KV memory when it is admitted.</summary>
/// <param name="Tokens">Tokens to hold from now on: the whole prompt, or its first chunk where chunks are allocated as they come.</param>
/// <param name="PlannedTokens">Tokens it will hold when it ends; only layouts that reserve ahead may look at it.</param>
/// <param name="OutputTokens">Output tokens it will produce; only layouts that reserve ahead may look at it.</param>
public readonly record struct KvDemand(int Tokens, int PlannedTokens, int OutputTokens)
{
    /// <summary>Layers to hold those tokens in; 0: all. Only layouts that know layers look at it.</summary>
    public int Layers { get; init; }

    /// <summary>Of these, the layers it keeps while it waits for the others.</summary>
    public int KeptLayers { get; init; }

    /// <summary>Whose prompt it is, by its place in the trace: what a cache of prefixes is asked for.</summary>
    public int Request { get; init; }

    /// <summary>Length of that prompt, what it generated before a preemption included; 0: it neither finds nor leaves prefixes.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Given back when its iteration ends: needs no watermark.</summary>
    public bool Passing { get; init; }
}

/// <summary>The iteration that an admission would be part of.</summary>
/// <param name="WithDecodes">The present decodes run in it and take the memory they need first.</param>
/// <param name="Tokens">Tokens it computes, the candidate's and the decodes' included: what activations grow with.</param>
public readonly record struct IterationLoad(bool WithDecodes, int Tokens)
{
    /// <summary>Sequences that sample a token in it, the candidate and the decodes included: what the sampler's peak grows with.</summary>
    public int Sequences { get; init; }
}

/// <summary>The memory manager role: owns KV memory and knows how the decoding batch grows in it.</summary>
/// <remarks>
/// <para>The order of calls; the tests refuse any other:</para>
/// <code>
/// a sequence    CanAdmit --> Admit --> held --> Join --> decoding --> Leave --> left
///                                      |  ^                                      |
///                         CanExtend -->+--+ Extend                               |
///                                      |                                         |
///                                      +--> Release or Evict  &lt;------------------+
///
/// an iteration  [Horizon(1)] --> StartIteration --> [Horizon(n)] --> Advance(k), k at most n
/// </code>
/// <para>Questions (Can..., <see cref="CouldHold"/>, <see cref="Horizon"/>) change nothing. The scheduler asks through its view what
/// may be done at this boundary; the engine asks the second horizon, for how far it may jump. Everything else the engine calls, and
/// between <see cref="StartIteration"/> and <see cref="Advance"/> nothing. Admit and Extend follow a question that found at least that
/// much room. A sequence whose only token came from its prefill is released without joining. One that keeps part of its layers is
/// admitted with them right after its release, and admitted again, whole, once <see cref="CanComplete"/> says yes.</para>
/// <para>What is taken when: Admit and Extend take at once. Growth is counted as promised in every question from Join on, waited for in
/// <see cref="StartIteration"/> (the first step's), and taken in <see cref="Advance"/>, when the span has ended. An iteration without
/// decodes grows nothing and need not be advanced.</para>
/// <para>The horizon contract: <see cref="Horizon"/> says for how many decode steps of the present batch the growth is sure to
/// fit, so that the engine may jump that far. Answering 1 whenever a step fits is correct and slow; more is correct and fast.</para>
/// <para>A decoding sequence is known only by its length: <see cref="Join"/> and <see cref="Leave"/> keep counts, and
/// <see cref="Advance"/> moves the whole batch. Nothing here costs more for a larger batch.</para>
/// </remarks>
public interface IKvMemory
{
    long CapacityTokens { get; }

    long AllocatedTokens { get; }

    /// <summary>Bytes of one token's K and V over all layers of one rank.</summary>
    long BytesPerToken { get; }

    /// <summary>Tokens of the chunk, of every tensor together, that a sequence is given at least; 0 where nothing is mapped.</summary>
    long ChunkTokens => 0;

    /// <summary>Units in use: blocks, tokens of regions, groups of chunks. The sum of <see cref="UnitsOf"/> over all grants, where a
    /// unit that several share counts once.</summary>
    long UsedUnits { get; }

    /// <summary>Units that several sequences share, once for each beyond the first.</summary>
    long SharedUnits => Prefixes?.SharedUnits ?? 0;

    /// <summary>The prefixes that stay in memory to be found again; null: none do.</summary>
    PrefixCache? Prefixes => null;

    /// <summary>What is mapped where; null for layouts that take nothing from the driver while requests run.</summary>
    MappedMemory? Mapped => null;

    /// <summary>Units that a grant occupies once its sequence holds <paramref name="tokens"/> tokens.</summary>
    long UnitsOf(in KvGrant grant, int tokens);

    /// <summary>Whether an empty pool could hold this request until its last token.</summary>
    bool CouldHold(in KvDemand demand);

    Admission CanAdmit(in KvDemand demand, in IterationLoad load);

    /// <summary>Takes what <see cref="CanAdmit"/> has found room for.</summary>
    void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load);

    /// <summary>Whether a sequence whose KV is on the host, but for what <paramref name="grant"/> says, fits back, watermark
    /// kept.</summary>
    bool CanComplete(in KvGrant grant, in KvDemand demand, in IterationLoad load) => CanAdmit(demand, load) == Admission.Now;

    /// <summary>Whether the grant can be extended to hold <paramref name="tokens"/> tokens, watermark or not.</summary>
    bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load);

    void Extend(ref KvGrant grant, int tokens);

    /// <summary>Gives everything back. <paramref name="tokens"/> is what a decoding sequence has grown to; 0 when it never
    /// decoded.</summary>
    void Release(ref KvGrant grant, int tokens);

    /// <summary>As <see cref="Release"/>, of a sequence that is preempted and comes back.</summary>
    void Evict(ref KvGrant grant, int tokens) => Release(ref grant, tokens);

    /// <summary>A sequence that holds <paramref name="tokens"/> tokens starts decoding.</summary>
    void Join(ref KvGrant grant, int tokens);

    /// <summary>A sequence that holds <paramref name="tokens"/> tokens stops decoding.</summary>
    void Leave(ref KvGrant grant, int tokens);

    /// <summary>Tokens by which the growth of a decoding sequence is told; -1 when it has room for more and does not grow yet.</summary>
    int GrowingTokens(in KvGrant grant, int tokens) => tokens;

    /// <summary>For how many decode steps, at most <paramref name="maxSteps"/>, the growth fits by this memory's rule; 0 when the
    /// next does not.</summary>
    /// <param name="lastTokens"><see cref="GrowingTokens"/> of the last sequence in scheduling order, or -1 when it is not decoding:
    /// some rules depend on it.</param>
    /// <param name="stepPs">Duration of the next step; later ones of the same batch take no less. Memory work that steps hide must
    /// fit into it.</param>
    long Horizon(long maxSteps, int lastTokens, long stepPs);

    /// <summary>An iteration begins. Returns the time it must wait for memory work that nothing hid, in picoseconds.</summary>
    /// <param name="overlapPs">Duration of the iteration before, if it has just ended: background work up to this long is hidden.</param>
    long StartIteration(in IterationLoad load, long overlapPs);

    /// <summary>Carries out the growth of <paramref name="steps"/> decode steps.</summary>
    /// <param name="span">Receives what was allocated over the steps.</param>
    /// <param name="watched">False when no observer reads the span, which then may be left as it is.</param>
    void Advance(long steps, ref KvSpan span, bool watched);
}
