namespace ELLM.Sim.Timing.Tables;

/// <summary>Products C[m,n] = A[m,k] B[k,n] measured on a grid of shapes: linear in m, n and k between the grid's lines.</summary>
/// <remarks>A product's arithmetic and bytes are linear in each of them, so the error between lines stays small; no value leaves
/// its corners.</remarks>
public sealed class GemmGrid
{
    private readonly double[] _n;
    private readonly double[] _k;
    private readonly Dictionary<(double N, double K), Curve> _curves;

    public GemmGrid(IEnumerable<(double M, double N, double K, double Us)> points)
    {
        _curves = points.GroupBy(point => (point.N, point.K))
            .ToDictionary(same => same.Key, same => Curve.Of(same.Select(point => (point.M, point.Us))));
        _n = [.. _curves.Keys.Select(key => key.N).Distinct().Order()];
        _k = [.. _curves.Keys.Select(key => key.K).Distinct().Order()];
    }

    /// <summary>The curve over m of one weight shape; null when a corner of its cell was not measured or the shape lies outside.</summary>
    public Curve? Shape(double n, double k)
    {
        if (_curves.TryGetValue((n, k), out Curve? exact))
            return exact;
        if (Cell(_n, n) is not var (n0, n1, ns) || Cell(_k, k) is not var (k0, k1, ks))
            return null;
        Curve?[] corners = [.. new[] { (n0, k0), (n1, k0), (n0, k1), (n1, k1) }.Select(key => _curves.GetValueOrDefault(key))];
        if (corners.Any(corner => corner is null))
            return null;
        SortedSet<double> all = [.. corners.SelectMany(corner => corner!.Points)];
        double first = corners.Max(corner => corner!.First);
        double last = corners.Min(corner => corner!.Last);
        return Curve.Of(all.Where(m => m >= first && m <= last).Select(m => (m, Curve.Between(
            Curve.Between(corners[0]!.At(m), corners[1]!.At(m), ns),
            Curve.Between(corners[2]!.At(m), corners[3]!.At(m), ns),
            ks))));
    }

    private static (double Low, double High, double Share)? Cell(double[] lines, double at)
    {
        if (lines.Length == 0 || at < lines[0] || at > lines[^1])
            return null;
        int found = Array.BinarySearch(lines, at);
        if (found >= 0)
            return (at, at, 0);
        int right = ~found;
        return (lines[right - 1], lines[right], (at - lines[right - 1]) / (lines[right] - lines[right - 1]));
    }
}
