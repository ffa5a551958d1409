namespace ELLM.Sim.Workload.Readers;

/// <summary>What a file's time column counts.</summary>
internal enum TimeKind
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    WallClock,

    /// <summary>Seconds since the start of the row's session: there is no common clock.</summary>
    SessionSeconds,

    /// <summary>The file holds lengths only.</summary>
    None,
}

internal static class TimeKinds
{
    /// <summary>Units that a column of plain numbers may count, longest first.</summary>
    public static IReadOnlyList<TimeKind> Units { get; } =
        [TimeKind.Seconds, TimeKind.Milliseconds, TimeKind.Microseconds, TimeKind.Nanoseconds];

    public static string Describe(TimeKind kind) => kind switch
    {
        TimeKind.Seconds => "s",
        TimeKind.Milliseconds => "ms",
        TimeKind.Microseconds => "us",
        TimeKind.Nanoseconds => "ns",
        TimeKind.WallClock => "wall clock",
        TimeKind.SessionSeconds => "s from session start",
        _ => "none",
    };

    /// <summary>The unit in words, for messages.</summary>
    public static string Words(TimeKind kind) => kind switch
    {
        TimeKind.Milliseconds => "milliseconds",
        TimeKind.Microseconds => "microseconds",
        TimeKind.Nanoseconds => "nanoseconds",
        _ => "seconds",
    };

    /// <summary>Decimal places of the unit down to the picosecond: 12 for seconds.</summary>
    public static int Decimals(TimeKind kind) => kind switch
    {
        TimeKind.Milliseconds => 9,
        TimeKind.Microseconds => 6,
        TimeKind.Nanoseconds => 3,
        _ => 12,
    };

    public static TimeKind Of(TimeUnit unit) => unit switch
    {
        TimeUnit.Milliseconds => TimeKind.Milliseconds,
        TimeUnit.Microseconds => TimeKind.Microseconds,
        TimeUnit.Nanoseconds => TimeKind.Nanoseconds,
        _ => TimeKind.Seconds,
    };

    public static TimeUnit UnitOf(TimeKind kind) => kind switch
    {
        TimeKind.Milliseconds => TimeUnit.Milliseconds,
        TimeKind.Microseconds => TimeUnit.Microseconds,
        TimeKind.Nanoseconds => TimeUnit.Nanoseconds,
        _ => TimeUnit.Seconds,
    };

    /// <summary>The unit that a column's name ends with, as in <c>arrival_s</c> or <c>start (ms)</c>; null when it names none.</summary>
    public static TimeKind? NamedBy(string column)
    {
        string end = column.TrimEnd(')', ']', ' ');
        int cut = end.LastIndexOfAny(['_', ' ', '(', '[', '.', '-']);
        return cut < 0 ? null : end[(cut + 1)..].ToLowerInvariant() switch
        {
            "s" or "sec" or "secs" or "seconds" => TimeKind.Seconds,
            "ms" or "msec" or "milliseconds" => TimeKind.Milliseconds,
            "us" or "usec" or "microseconds" => TimeKind.Microseconds,
            "ns" or "nsec" or "nanoseconds" => TimeKind.Nanoseconds,
            _ => null,
        };
    }
}
