using System.Globalization;

namespace ELLM.Sim.Workload;

/// <summary>A part of a trace by time: from the first arrival on, the end left out.</summary>
public readonly record struct TimeWindow(double FromSeconds, double ToSeconds)
{
    /// <summary>Reads <c>10m..40m</c>; units s, m, h or none for seconds, an empty side is the trace's own end.</summary>
    /// <exception cref="InputException">Not two times, or the second is not after the first.</exception>
    public static TimeWindow Parse(string text)
    {
        string[] sides = text.Split("..", 2, StringSplitOptions.TrimEntries);
        if (sides.Length != 2 || Seconds(sides[0], 0) is not double from || Seconds(sides[1], double.MaxValue) is not double to
            || !(to > from))
            throw new InputException($"--window {text}: expected FROM..TO with TO after FROM, times with s, m or h, such as 10m..40m");
        return new TimeWindow(from, to);
    }

    private static double? Seconds(string text, double absent)
    {
        if (text.Length == 0)
            return absent;
        (string digits, double unit) = text switch
        {
            [.. string head, 's'] => (head, 1.0),
            [.. string head, 'm'] => (head, 60.0),
            [.. string head, 'h'] => (head, 3600.0),
            _ => (text, 1.0),
        };
        bool read = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        return read && value is >= 0 and <= 9e6 ? value * unit : null;
    }
}
