using ELLM.Sim.Time;

namespace ELLM.Sim.Timing;

/// <summary>One prefill chunk in an iteration.</summary>
/// <param name="Tokens">New tokens computed in this iteration.</param>
/// <param name="CachedTokens">Tokens of the same sequence that earlier chunks already put into the KV cache.</param>
/// <param name="Samples">True when the chunk ends its prompt, so the iteration samples a token for it.</param>
public readonly record struct PrefillChunk(int Tokens, int CachedTokens, bool Samples);

/// <summary>The decoding part of an iteration as aggregates.</summary>
/// <param name="Sequences">Sequences that produce one token each.</param>
/// <param name="ContextTokens">Sum of their KV lengths, the token being processed included.</param>
/// <param name="LongestContext">The largest of those lengths.</param>
public readonly record struct DecodeBatch(int Sequences, long ContextTokens, long LongestContext);

/// <summary>
/// Cost of decode-only iterations of a fixed batch, affine in its growing context: step j (from 0) takes
/// <c>FixedPs + PerContextTokenPs * (S + j * b) + PerLongestTokenPs * (m + j)</c> picoseconds, for b sequences with S context
/// tokens, the longest m, for the next <see cref="ValidSteps"/> steps.
/// </summary>
public readonly record struct DecodeCost(long FixedPs, long PerContextTokenPs, long PerLongestTokenPs, long ValidSteps)
{
    /// <summary>How long the steps take that begin with this batch, the tokens being processed included.</summary>
    public StepSeries Steps(in DecodeBatch batch) => new(
        FixedPs + (PerContextTokenPs * batch.ContextTokens) + (PerLongestTokenPs * batch.LongestContext),
        (PerContextTokenPs * batch.Sequences) + PerLongestTokenPs);
}

/// <summary>Answers how long an iteration takes. Durations are rounded to picoseconds once, here.</summary>
/// <remarks>
/// The seam between the engine and the sources of timing: operator formulas, measured tables, published fits, constants.
/// Implementations are pure: the same shape costs the same, in any order and on any thread.
/// </remarks>
public interface ITimeModel
{
    /// <summary>Largest number of sequences <see cref="Decode"/> answers for; batches are never larger.</summary>
    int MaxSequences { get; }

    /// <summary>Cost of decode-only iterations starting at this batch. Stepping and jumping use the same answer.</summary>
    DecodeCost Decode(in DecodeBatch batch);

    /// <summary>Duration in picoseconds of an iteration with prefill chunks, and decodes beside them if any.</summary>
    /// <param name="chunks">At least one chunk.</param>
    /// <param name="decode">The decoding sequences of the same iteration; zero sequences for a prefill-only one.</param>
    long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode);
}
