namespace ELLM.Sim.Timing.Tables;

/// <summary>Curves over one variable, one for each measured value of another: batch and KV length, chunk and cached tokens.</summary>
/// <remarks>Between two curves linear in the second variable, so a value never leaves its four neighbours. Curves may differ in
/// length.</remarks>
public sealed class CurveFamily
{
    private readonly double[] _keys;
    private readonly Curve[] _curves;

    public CurveFamily(IEnumerable<(double Key, double X, double Us)> points)
    {
        (double Key, Curve Curve)[] sorted = [.. points.GroupBy(point => point.Key).OrderBy(same => same.Key)
            .Select(same => (same.Key, Curve.Of(same.Select(point => (point.X, point.Us)))))];
        if (sorted.Length == 0)
            throw new ArgumentException("a family needs a curve", nameof(points));
        _keys = [.. sorted.Select(one => one.Key)];
        _curves = [.. sorted.Select(one => one.Curve)];
    }

    public double FirstKey => _keys[0];

    public double LastKey => _keys[^1];

    public IReadOnlyList<double> Keys => _keys;

    public int Count => _curves.Sum(curve => curve.Count);

    public Curve CurveOf(int index) => _curves[index];

    /// <summary>The curves on either side of a key and how far it is from the first to the second; the same one twice at a point or
    /// outside.</summary>
    public (Curve Left, Curve Right, double Share) Around(double key)
    {
        if (key <= FirstKey)
            return (_curves[0], _curves[0], 0);
        if (key >= LastKey)
            return (_curves[^1], _curves[^1], 0);
        int at = Array.BinarySearch(_keys, key);
        if (at >= 0)
            return (_curves[at], _curves[at], 0);
        int right = ~at;
        return (_curves[right - 1], _curves[right], (key - _keys[right - 1]) / (_keys[right] - _keys[right - 1]));
    }

    /// <summary>Nearest measured value outside the table.</summary>
    public double At(double key, double x)
    {
        (Curve left, Curve right, double share) = Around(key);
        return Curve.Between(left.At(x), right.At(x), share);
    }

    /// <summary>Both curves around the key reach x.</summary>
    public bool Covers(double key, double x)
    {
        (Curve left, Curve right, _) = Around(key);
        return key >= FirstKey && key <= LastKey && left.Covers(x) && right.Covers(x);
    }

    /// <summary>The nearest point that the table covers.</summary>
    public (double Key, double X) Nearest(double key, double x)
    {
        double inside = Math.Clamp(key, FirstKey, LastKey);
        (Curve left, Curve right, _) = Around(inside);
        double first = Math.Max(left.First, right.First);
        return (inside, Math.Clamp(x, first, Math.Max(first, Math.Min(left.Last, right.Last))));
    }
}
