
namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Measured points of one variable, straight lines between them.</summary>
/// <param name="flat">Beyond the points: their end value, or the line of the last two.</param>
internal sealed class Curve(bool flat)
{
    private readonly SortedDictionary<double, (double Sum, int Count)> _collected = [];
    private double[]? _x;
    private double[] _y = [];

    public int Count => _collected.Count;

    /// <summary>Repeated points count as their mean.</summary>
    public void Add(double x, double y)
    {
        (double sum, int count) = _collected.GetValueOrDefault(x);
        _collected[x] = (sum + y, count + 1);
        _x = null;
    }

    /// <summary>Fixes the points: from here on reading is safe from several threads.</summary>
    public void Seal()
    {
        _y = [.. _collected.Values.Select(point => point.Sum / point.Count)];
        _x = [.. _collected.Keys];
    }

    public double At(double x)
    {
        if (_x is null)
            throw new InvalidOperationException("the curve is not sealed");
        return Between(_x, x, flat, at => _y[at]);
    }

    /// <summary>Interpolates values given by position in an ascending list of points; never below zero.</summary>
    public static double Between(double[] points, double x, bool flat, Func<int, double> value)
    {
        int last = points.Length - 1;
        if (last == 0 || (flat && x <= points[0]))
            return value(0);
        if (flat && x >= points[last])
            return value(last);
        int found = Array.BinarySearch(points, x);
        if (found >= 0)
            return value(found);
        int right = Math.Clamp(~found, 1, last);
        double share = (x - points[right - 1]) / (points[right] - points[right - 1]);
        double from = value(right - 1);
        return Math.Max(0, from + share * (value(right) - from));
    }
}
