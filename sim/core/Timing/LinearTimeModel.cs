using ELLM.Sim.Hardware;
using ELLM.Sim.Time;

namespace ELLM.Sim.Timing;

/// <summary>Iteration times from a published linear fit: for reproducing papers, not for predicting other models.</summary>
/// <remarks>
/// Decode-only: the regime of the batch size, affine in the context. With chunks: the prefill fit, where a chunk of c tokens after
/// k cached ones adds <c>(k + c)^2 - k^2</c> to the squares, plus what decodes beside it add without their fixed part: such fits were
/// made of separate prefill and decode batches, so a mixed iteration is an assumption of this project.
/// </remarks>
public sealed class LinearTimeModel : ITimeModel, ILeastCosts
{
    private static readonly Catalog<LinearFit> Shipped = new("linear fit", "timing/linear", TimingJson.Default.LinearFit,
        fit => fit.Check());

    private readonly LinearFit _fit;
    private readonly (long Fixed, long PerContext, long PerSequence, int UpTo)[] _regimes;

    public LinearTimeModel(LinearFit fit)
    {
        _fit = fit;
        _regimes =
            [.. fit.Decode.Select(
                one => (Ps(one.FixedMs), Ps(one.PerContextTokenMs), Ps(one.PerSequenceMs), one.UpToSequences ?? int.MaxValue))];
    }

    public static IReadOnlyList<string> Names => Shipped.Names;

    public LinearFit Fit => _fit;

    public int MaxSequences => int.MaxValue;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static LinearTimeModel Load(string nameOrPath) => new(Shipped.Load(nameOrPath));

    public DecodeCost Decode(in DecodeBatch batch)
    {
        (long fixedPs, long perContext, long perSequence, _) = Regime(batch.Sequences);
        return new DecodeCost(fixedPs + perSequence * batch.Sequences, perContext, 0, long.MaxValue);
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        double tokens = 0;
        double squares = 0;
        foreach (PrefillChunk chunk in chunks)
        {
            tokens += chunk.Tokens;
            squares += (double)chunk.Tokens * (chunk.Tokens + 2.0 * chunk.CachedTokens);
        }
        LinearPrefill fit = _fit.Prefill;
        long ps = Ps(fit.FixedMs + fit.PerTokenMs * tokens + fit.PerTokenSquaredMs * squares);
        if (decode.Sequences == 0)
            return ps;
        (_, long perContext, long perSequence, _) = Regime(decode.Sequences);
        return ps + perSequence * decode.Sequences + perContext * decode.ContextTokens;
    }

    /// <inheritdoc/>
    /// <remarks>The fixed part of an iteration is shared by at most all sequences, or those of the regime: each samples one token of
    /// it. Decodes beside a prompt pay no fixed part of their own.</remarks>
    public IReadOnlyList<LeastCost> LeastCosts(int mostSequences)
    {
        (long Fixed, long PerContext, long PerSequence, int UpTo)[] reached =
            [.. _regimes.Where((_, i) => i == 0 || _regimes[i - 1].UpTo < mostSequences)];
        LeastCost alone = new()
        {
            FixedPs = Math.Min(Ps(_fit.Prefill.FixedMs), reached.Min(r => r.Fixed)),
            PerPromptTokenPs = Ps(1000 * _fit.Prefill.PerTokenMs) / 1000.0,
            PerPromptSquarePs = Ps(1e6 * _fit.Prefill.PerTokenSquaredMs) / 1e6,
            PerDecodePs = reached.Min(r => r.PerSequence),
            PerContextTokenPs = reached.Min(r => r.PerContext),
        };
        double shared = Math.Min(
            Ps(_fit.Prefill.FixedMs) / (double)mostSequences, reached.Min(r => r.Fixed / (double)Math.Min(r.UpTo, mostSequences)));
        return [alone.Below(), (alone with { FixedPs = 0, PerSamplePs = shared }).Below()];
    }

    private (long Fixed, long PerContext, long PerSequence, int UpTo) Regime(int sequences)
    {
        int i = 0;
        while (sequences > _regimes[i].UpTo)
            i++;
        return _regimes[i];
    }

    private static long Ps(double ms) => SimTime.FromMicroseconds(ms * 1000).Picoseconds;
}
