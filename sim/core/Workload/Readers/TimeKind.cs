namespace ELLM.Sim.Workload.Readers;

/// <summary>What a file's time column counts.</summary>
internal enum TimeKind
{
    Seconds,
    Milliseconds,
    WallClock,

    /// <summary>Seconds since the start of the row's session: there is no common clock.</summary>
    SessionSeconds,

    /// <summary>The file holds lengths only.</summary>
    None,
}

internal static class TimeKinds
{
    public static string Describe(TimeKind kind) => kind switch
    {
        TimeKind.Seconds => "s",
        TimeKind.Milliseconds => "ms",
        TimeKind.WallClock => "wall clock",
        TimeKind.SessionSeconds => "s from session start",
        _ => "none",
    };
}
