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
            : ([.. rows.Take(most)],
                [string.Create(CultureInfo.InvariantCulture, $"The first {most} of {rows.Count:#,0} policies are shown.")]);

    /// <summary>Seconds, minutes or hours, whatever keeps the numbers short.</summary>
    public static (double PerUnit, Axis Axis) TimeAxis(IEnumerable<double> seconds)
    {
        double last = seconds.Where(double.IsFinite).DefaultIfEmpty().Max();
        (double unit, string name) = Unit(last);
        return (unit, new Axis($"time ({name})") { Tight = true });
    }

    private static (double PerUnit, string Name) Unit(double seconds) =>
        seconds switch { > 5 * 3600 => (3600, "h"), > 10 * 60 => (60, "min"), _ => (1, "s") };

    private static string Time(double seconds) => $"{Ticks.Short(seconds / Unit(seconds).PerUnit)} {Unit(seconds).Name}";

    /// <summary>Where shared time axes end: at the last run's end, or earlier when few runs go on far longer than the others.</summary>
    public static double TimeEnd(IReadOnlyList<(string Policy, double[] TimeS)> runs, out IReadOnlyList<string> notes)
    {
        const double Far = 3, Room = 1.25;
        (string Policy, double End)[] ends = [.. runs.Where(r => r.TimeS.Length > 0).Select(r => (r.Policy, r.TimeS[^1]))
            .OrderBy(r => r.Item2)];
        notes = [];
        if (ends.Length == 0 || ends[^1].End <= Far * ends[(ends.Length - 1) / 2].End)
            return ends.Length == 0 ? 0 : ends[^1].End;
        double end = ends[(ends.Length - 1) / 2].End * Room;
        notes = [$"Cut at {Time(end)}, so that the others can be seen: "
            + $"{string.Join(", ", ends.Where(e => e.End > end).Take(MaxRows).Select(e => $"{e.Policy} went on until {Time(e.End)}"))}."];
        return end;
    }

    /// <summary>How many leading instants are not after the end.</summary>
    public static int Until(double[] timeS, double end)
    {
        int count = Array.FindIndex(timeS, t => t > end);
        return count < 0 ? timeS.Length : count;
    }

    public static double[] Over(ReadOnlySpan<double> values, double divisor)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i] / divisor;
        return result;
    }

    public static string Percent(double share) =>
        (share * 100).ToString(share is > 0 and < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";

    public static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        0 => "0 s",
        < 0.0009995 => Ticks.Short(seconds * 1e6) + " µs",
        < 0.9995 => Ticks.Short(seconds * 1e3) + " ms",
        < 9999.5 => Ticks.Short(seconds) + " s",
        _ => Ticks.Short(seconds / 3600) + " h",
    };

    public static Reference[] Objective(double? value, bool vertical, string name) =>
        value is double v && v > 0 ? [new Reference(v, vertical, $"{name} {Seconds(v)}")] : [];
}
