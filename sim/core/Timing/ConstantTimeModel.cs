namespace ELLM.Sim.Timing;

/// <summary>Times from a handful of integers: for closed forms, tests and teaching.</summary>
/// <remarks>
/// Decode-only: <c>step + per_sequence b + per_context S + per_longest smax</c>. With chunks: the same for the decoding sequences,
/// plus <c>per_prefill_token tokens + per_prefill_pair pairs</c>, where a chunk of c tokens after k cached ones has
/// <c>c k + c (c + 1) / 2</c> attention pairs. Picoseconds; overflow throws.
/// </remarks>
public sealed record ConstantTimeModel : ITimeModel, ILeastCosts
{
    public int MaxSequences { get; init; } = int.MaxValue;

    /// <summary>Every iteration.</summary>
    public long StepPs { get; init; }

    public long PerSequencePs { get; init; }

    public long PerContextTokenPs { get; init; }

    public long PerLongestTokenPs { get; init; }

    public long PerPrefillTokenPs { get; init; }

    public long PerPrefillPairPs { get; init; }

    public DecodeCost Decode(in DecodeBatch batch) =>
        new(checked(StepPs + PerSequencePs * batch.Sequences), PerContextTokenPs, PerLongestTokenPs, long.MaxValue);

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        checked
        {
            long ps = StepPs + PerSequencePs * decode.Sequences;
            ps += PerContextTokenPs * decode.ContextTokens + PerLongestTokenPs * decode.LongestContext;
            foreach (PrefillChunk chunk in chunks)
            {
                long tokens = chunk.Tokens;
                long pairs = tokens * chunk.CachedTokens + tokens * (tokens + 1) / 2;
                ps += PerPrefillTokenPs * tokens + PerPrefillPairPs * pairs;
            }
            return ps;
        }
    }

    /// <inheritdoc/>
    /// <remarks>A step is shared by at most all sequences: each samples one token of it.</remarks>
    public IReadOnlyList<LeastCost> LeastCosts(int mostSequences)
    {
        double most = Math.Min(mostSequences, MaxSequences);
        LeastCost alone = new()
        {
            FixedPs = StepPs,
            PerPromptTokenPs = PerPrefillTokenPs + (PerPrefillPairPs / 2.0),
            PerPromptSquarePs = PerPrefillPairPs / 2.0,
            PerDecodePs = PerSequencePs,
            PerContextTokenPs = PerContextTokenPs,
            PerLongestTokenPs = PerLongestTokenPs,
        };
        return
        [
            alone,
            alone with
            {
                FixedPs = 0,
                PerSamplePs = StepPs / most,
                PerContextTokenPs = PerContextTokenPs + (PerLongestTokenPs / most),
                PerLongestTokenPs = 0,
            },
        ];
    }
}
