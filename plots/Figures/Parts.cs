using System.Globalization;
using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>What several figures share: rows of policies, units of time, formats.</summary>
internal static class Parts
{
    /// <summary>Most rows of a bar chart, and most panels.</summary>
    public const int MaxRows = 24, MaxPanels = 12;

    public static double RowsHeight(int rows) => (Math.Max(1, rows) * 23) + 6;

    /// <summary>The first rows, and a note when there are more.</summary>
    public static (IReadOnlyList<T> Kept, IReadOnlyList<string> Notes) First<T>(IReadOnlyList<T> rows, int most) =>
        rows.Count <= most
            ? (rows, [])
            : ([.. rows.Take(most)], [string.Create(CultureInfo.InvariantCulture, $"The first {most} of {rows.Count:#,0} policies are shown.")]);

    /// <summary>Seconds, minutes or hours, whatever keeps the numbers short.</summary>
    public static (double PerUnit, Axis Axis) TimeAxis(IEnumerable<double> seconds)
    {
        double last = seconds.Where(double.IsFinite).DefaultIfEmpty().Max();
        (double unit, string name) = last switch { > 5 * 3600 => (3600.0, "h"), > 10 * 60 => (60.0, "min"), _ => (1.0, "s") };
        return (unit, new Axis($"time ({name})") { Tight = true });
    }

    public static double[] Over(double[] values, double divisor) => Array.ConvertAll(values, v => v / divisor);

    public static string Percent(double share) => (share * 100).ToString(share is > 0 and < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";

    public static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        0 => "0 s",
        < 0.0009995 => Ticks.Short(seconds * 1e6) + " µs",
        < 0.9995 => Ticks.Short(seconds * 1e3) + " ms",
        _ => Ticks.Short(seconds) + " s",
    };

    public static Reference[] Objective(double? value, bool vertical, string name) =>
        value is double v && v > 0 ? [new Reference(v, vertical, $"{name} {Seconds(v)}")] : [];
}
