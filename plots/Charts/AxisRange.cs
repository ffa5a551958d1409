using ELLM.Sim.Numerics;

namespace ELLM.Sim.Plots.Charts;

/// <summary>The range of an axis, and where a value lies in it.</summary>
/// <param name="Low">Positive on a log axis.</param>
/// <param name="High">Above <paramref name="Low"/>.</param>
public readonly record struct AxisRange(double Low, double High, Scale Scale)
{
    /// <summary>Beyond this a value counts as infinite: differences of drawable values must be finite.</summary>
    private const double Largest = 1e300;

    /// <summary>Whether a value has a place on the axis.</summary>
    public static bool Drawable(double value, Scale scale) =>
        Math.Abs(value) <= Largest && (scale == Scale.Linear || value >= 1 / Largest);

    /// <summary>0 at the low end, 1 at the high end, never outside.</summary>
    public double Share(double value)
    {
        double share = Scale == Scale.Log
            ? (DeterministicMath.Log(Math.Max(value, Low)) - DeterministicMath.Log(Low))
                / (DeterministicMath.Log(High) - DeterministicMath.Log(Low))
            : (value - Low) / (High - Low);
        return Math.Clamp(share, 0, 1);
    }

    /// <summary>The range that shows all values; something sensible when there are none or only one.</summary>
    /// <param name="values">Non-finite ones do not count.</param>
    /// <param name="most">Ticks there is room for.</param>
    public static AxisRange Of(Axis axis, IEnumerable<double> values, int most)
    {
        if (axis.Categories is { } names)
            return new AxisRange(-0.5, Math.Max(1, names.Count) - 0.5, Scale.Linear);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (!Drawable(value, axis.Scale))
                continue;
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }
        if (low > high)
            (low, high) = axis.Scale == Scale.Log ? (1, 10) : (0, 1);
        if (axis.FromZero && axis.Scale == Scale.Linear)
            (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        low = axis.Min is double min && Drawable(min, axis.Scale) ? min : low;
        high = axis.Max is double max && Drawable(max, axis.Scale) ? max : high;
        return axis.Scale == Scale.Log ? OfLog(axis, low, high) : OfLinear(axis, low, high, most);
    }

    /// <summary>Labels for the range.</summary>
    public IReadOnlyList<Tick> Ticks(int most) =>
        Scale == Scale.Log ? Charts.Ticks.Log(Low, High, most) : Charts.Ticks.Linear(Low, High, most);

    private static AxisRange OfLinear(Axis axis, double low, double high, int most)
    {
        double size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= size * 1e-12)
            (low, high) = size == 0 ? (0, 1) : low > 0 && axis.FromZero ? (0, low * 2) : (low - (size * 0.1), low + (size * 0.1));
        if (axis.Tight)
            return new AxisRange(low, high, Scale.Linear);
        (double wideLow, double wideHigh) = Charts.Ticks.Widen(low, high, most);
        return new AxisRange(axis.Min is null ? wideLow : low, axis.Max is null ? wideHigh : high, Scale.Linear);
    }

    private static AxisRange OfLog(Axis axis, double low, double high)
    {
        if (high <= low * (1 + 1e-12))
            (low, high) = (low / 2, low * 2);
        if (axis.Tight)
            return new AxisRange(low, high, Scale.Log);
        return new AxisRange(axis.Min is null ? low / 1.15 : low, axis.Max is null ? high * 1.15 : high, Scale.Log);
    }
}
