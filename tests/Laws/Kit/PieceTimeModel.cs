using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>
/// A decode cost that is affine only for a while: a flat floor while the batch is small, then a fixed part that rises with every
/// thirteenth token of the longest sequence.
/// </summary>
internal sealed class PieceTimeModel : ITimeModel
{
    private const long FloorPs = 1500;
    private const int Piece = 13;

    public int MaxSequences => int.MaxValue;

    public DecodeCost Decode(in DecodeBatch batch)
    {
        long now = 700 + (90 * batch.Sequences) + (2 * batch.ContextTokens) + batch.LongestContext;
        long slope = (2 * batch.Sequences) + 1;
        if (now < FloorPs)
            return new DecodeCost(FloorPs, 0, 0, ((FloorPs - now - 1) / slope) + 1);
        long stairs = batch.LongestContext / Piece * 17;
        return new DecodeCost(700 + (90 * batch.Sequences) + stairs, 2, 1, Piece - (batch.LongestContext % Piece));
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        long ps = 600 + (80 * decode.Sequences) + (2 * decode.ContextTokens);
        foreach (PrefillChunk chunk in chunks)
            ps += (9L * chunk.Tokens) + (chunk.CachedTokens / 3) + (chunk.Samples ? 40 : 0);
        return ps;
    }
}
