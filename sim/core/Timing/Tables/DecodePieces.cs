namespace ELLM.Sim.Timing.Tables;

/// <summary>Decode attention of one batch size over its total context: integer picoseconds, affine between breakpoints.</summary>
/// <remarks>
/// Exact at the left end of a piece; a slope is a whole number of picoseconds a token, so a piece ends within half a picosecond a
/// token of the next one's start.
/// </remarks>
internal sealed class DecodePieces
{
    private readonly long[] _context;
    private readonly long[] _ps;
    private readonly long[] _slope;

    /// <param name="knots">Context tokens and picoseconds, ascending; at least two.</param>
    public DecodePieces(IReadOnlyList<(long Context, long Ps)> knots)
    {
        _context = [.. knots.Select(knot => knot.Context)];
        _ps = [.. knots.Select(knot => knot.Ps)];
        _slope = new long[knots.Count];
        for (int i = 0; i + 1 < knots.Count; i++)
            _slope[i] = Divide(_ps[i + 1] - _ps[i], _context[i + 1] - _context[i]);
        _slope[^1] = _slope[^2];
    }

    /// <summary>The piece at a context: picoseconds at context 0 of its line, picoseconds a token, and where it ends.</summary>
    public (long Fixed, long PerToken, long End) At(long context)
    {
        int at = Array.BinarySearch(_context, context);
        if (at < 0)
            at = Math.Max(0, ~at - 1);
        long end = at + 1 < _context.Length ? _context[at + 1] : long.MaxValue;
        return (_ps[at] - _slope[at] * _context[at], _slope[at], end);
    }

    /// <summary>Rounded to nearest, halves away from zero.</summary>
    private static long Divide(long a, long b) => (a >= 0 ? a + b / 2 : a - b / 2) / b;
}
