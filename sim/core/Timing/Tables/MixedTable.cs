namespace ELLM.Sim.Timing.Tables;

/// <summary>Attention of one launch over a prefill chunk and decoding rows, measured over four variables.</summary>
/// <remarks>
/// Each measured (chunk, cached) holds a family of curves over the rows' KV length, one a number of rows. Between them linear in
/// chunk, cached, rows and length in turn, so a value never leaves the points it is made of.
/// </remarks>
public sealed class MixedTable
{
    private readonly double[] _chunks;
    private readonly (double[] Cached, CurveFamily[] Families)[] _rows;

    public MixedTable(IEnumerable<(double Chunk, double Cached, double Rows, double Kv, double Us)> points)
    {
        IGrouping<double, (double Chunk, double Cached, double Rows, double Kv, double Us)>[] byChunk =
            [.. points.GroupBy(point => point.Chunk).OrderBy(same => same.Key)];
        _chunks = [.. byChunk.Select(same => same.Key)];
        _rows = [.. byChunk.Select(same => Families(same))];
    }

    private static (double[] Cached, CurveFamily[] Families) Families(
        IEnumerable<(double Chunk, double Cached, double Rows, double Kv, double Us)> points)
    {
        IGrouping<double, (double Chunk, double Cached, double Rows, double Kv, double Us)>[] byCached =
            [.. points.GroupBy(point => point.Cached).OrderBy(same => same.Key)];
        return ([.. byCached.Select(same => same.Key)],
            [.. byCached.Select(same => new CurveFamily(same.Select(point => (point.Rows, point.Kv, point.Us))))]);
    }

    /// <summary>Nearest measured value outside the table.</summary>
    public double At(double chunk, double cached, double rows, double kv)
    {
        (int left, int right, double share) = Around(_chunks, chunk);
        double low = AtChunk(left, cached, rows, kv);
        return left == right ? low : Curve.Between(low, AtChunk(right, cached, rows, kv), share);
    }

    public bool Covers(double chunk, double cached, double rows, double kv)
    {
        (int left, int right, _) = Around(_chunks, chunk);
        return chunk >= _chunks[0] && chunk <= _chunks[^1] && CoversAt(left, cached, rows, kv) && CoversAt(right, cached, rows, kv);
    }

    private bool CoversAt(int index, double cached, double rows, double kv)
    {
        (double[] keys, CurveFamily[] families) = _rows[index];
        (int left, int right, _) = Around(keys, cached);
        return cached <= keys[^1] && families[left].Covers(rows, kv) && families[right].Covers(rows, kv);
    }

    private double AtChunk(int index, double cached, double rows, double kv)
    {
        (double[] keys, CurveFamily[] families) = _rows[index];
        (int left, int right, double share) = Around(keys, cached);
        double low = families[left].At(rows, kv);
        return left == right ? low : Curve.Between(low, families[right].At(rows, kv), share);
    }

    private static (int Left, int Right, double Share) Around(double[] keys, double at)
    {
        if (at <= keys[0])
            return (0, 0, 0);
        if (at >= keys[^1])
            return (keys.Length - 1, keys.Length - 1, 0);
        int found = Array.BinarySearch(keys, at);
        if (found >= 0)
            return (found, found, 0);
        int right = ~found;
        return (right - 1, right, (at - keys[right - 1]) / (keys[right] - keys[right - 1]));
    }
}
