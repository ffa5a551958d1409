namespace ELLM.Sim.Timing.Tables;

/// <summary>Measured time over one variable: piecewise linear through the points.</summary>
/// <remarks>
/// Exact at a point, continuous, never above or below the two points it lies between, and so monotone wherever they are.
/// Outside the points the value of the nearest one; <see cref="Covers"/> says which case it is.
/// </remarks>
public sealed class Curve
{
    private readonly double[] _x;
    private readonly double[] _us;

    private Curve(double[] x, double[] us)
    {
        _x = x;
        _us = us;
    }

    public double First => _x[0];

    public double Last => _x[^1];

    public int Count => _x.Length;

    public IReadOnlyList<double> Points => _x;

    /// <summary>Sorts; points of the same x become their median.</summary>
    public static Curve Of(IEnumerable<(double X, double Us)> points)
    {
        (double X, double Us)[] sorted = [.. points.GroupBy(point => point.X)
            .Select(same => (same.Key, Median([.. same.Select(point => point.Us)]))).OrderBy(point => point.Key)];
        if (sorted.Length == 0)
            throw new ArgumentException("a curve needs a point", nameof(points));
        return new Curve([.. sorted.Select(point => point.X)], [.. sorted.Select(point => point.Us)]);
    }

    /// <summary>The middle value; the mean of the two middle ones of an even number.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    public bool Covers(double x) => x >= First && x <= Last;

    public double At(double x)
    {
        if (x <= First)
            return _us[0];
        if (x >= Last)
            return _us[^1];
        int at = Array.BinarySearch(_x, x);
        if (at >= 0)
            return _us[at];
        int right = ~at;
        double share = (x - _x[right - 1]) / (_x[right] - _x[right - 1]);
        return Between(_us[right - 1], _us[right], share);
    }

    /// <summary>Every point but those that exceed the time of a larger one by the factor: a message that took longer than bigger
    /// ones did.</summary>
    public Curve WithoutGlitches(double factor, out int dropped)
    {
        List<(double X, double Us)> kept = [];
        double least = double.PositiveInfinity;
        for (int i = _x.Length - 1; i >= 0; i--)
        {
            if (_us[i] > least * factor)
                continue;
            kept.Add((_x[i], _us[i]));
            least = Math.Min(least, _us[i]);
        }
        dropped = _x.Length - kept.Count;
        return dropped == 0 ? this : Of(kept);
    }

    /// <summary>A sum of curves: exact where every one has a point, between them where one has.</summary>
    public static Curve Sum(params ReadOnlySpan<Curve> curves)
    {
        double first = double.NegativeInfinity;
        double last = double.PositiveInfinity;
        SortedSet<double> all = [];
        foreach (Curve curve in curves)
        {
            first = Math.Max(first, curve.First);
            last = Math.Min(last, curve.Last);
            all.UnionWith(curve._x);
        }
        List<(double X, double Us)> points = [];
        foreach (double x in all)
        {
            double us = 0;
            foreach (Curve curve in curves)
                us += curve.At(x);
            if (x >= first && x <= last)
                points.Add((x, us));
        }
        return Of(points);
    }

    public Curve Times(double factor) => new(_x, [.. _us.Select(us => us * factor)]);

    /// <summary>Linear between two values, within them whatever the rounding.</summary>
    internal static double Between(double left, double right, double share)
    {
        double value = left + (right - left) * share;
        return Math.Clamp(value, Math.Min(left, right), Math.Max(left, right));
    }
}
