using ELLM.Sim.Time;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Keeps a part of a trace, by arrival: a window of time, then what is left after the first few, then at most so many.</summary>
/// <remarks>Of sessions whose turns wait for one another: by their starts, each whole or not at all.</remarks>
internal static class TraceCut
{
    /// <param name="columns">In arrival order.</param>
    /// <param name="options">What to keep; a window counts from the first arrival.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="InputException">Nothing is left.</exception>
    public static TraceColumns Apply(TraceColumns columns, TraceReadOptions options, string path)
    {
        if (options is { Window: null, Skip: null, Limit: null })
            return columns;
        if (columns.Sessions() is { } sessions)
            return Apply(columns, sessions, options, path);
        int first = 0;
        int end = columns.TimePs.Length;
        if (options.Window is TimeWindow window)
        {
            first = IndexOf(columns.TimePs, window.FromSeconds);
            end = IndexOf(columns.TimePs, window.ToSeconds);
        }
        first = (int)Math.Min(end, first + (options.Skip ?? 0));
        end = (int)Math.Min(end, first + (options.Limit ?? int.MaxValue));
        if (first == end)
            throw Nothing(path, columns);
        return first == 0 && end == columns.TimePs.Length ? columns : columns.Slice(first, end - first);
    }

    /// <summary>Sessions are kept whole or left out: by their starts, as many as are whole within the limit.</summary>
    private static TraceColumns Apply(TraceColumns columns, SessionStarts sessions, TraceReadOptions options, string path)
    {
        int first = 0, end = sessions.Count;
        if (options.Window is TimeWindow window)
        {
            first = IndexOf(sessions.StartPs, window.FromSeconds);
            end = IndexOf(sessions.StartPs, window.ToSeconds);
        }
        for (long skip = options.Skip ?? 0; first < end && skip > 0; first++)
            skip -= sessions.Requests[first];
        end = first + sessions.Whole(first, end, options.Limit ?? long.MaxValue);
        int[] rows = sessions.RequestsOf(first, end);
        return rows.Length > 0 ? columns.Pick(rows, OptionalColumn.Pick(columns.TimePs, rows)) : throw Nothing(path, columns);
    }

    private static InputException Nothing(string path, TraceColumns columns) => new(FormattableString.Invariant(
        $"{path}: expected requests after --window and --skip, found none among {columns.TimePs.Length}"));

    /// <summary>Of the first request at least that long after the first one.</summary>
    private static int IndexOf(long[] times, double seconds)
    {
        Int128 at = times[0] + (Int128)(decimal.Min((decimal)seconds, 9_000_000m) * SimTime.PsPerSecond);
        int low = 0;
        int high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (times[middle] < at)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
