using ELLM.Sim.Time;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Keeps a part of a trace, by arrival: a window of time, then what is left after the first few, then at most so many.</summary>
internal static class TraceCut
{
    /// <param name="columns">In arrival order.</param>
    /// <param name="options">What to keep; a window counts from the first arrival.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="InputException">Nothing is left.</exception>
    public static TraceColumns Apply(TraceColumns columns, TraceReadOptions options, string path)
    {
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
        {
            throw new InputException(FormattableString.Invariant(
                $"{path}: expected requests after --window and --skip, found none among {columns.TimePs.Length}"));
        }
        return first == 0 && end == columns.TimePs.Length ? columns : columns.Slice(first, end - first);
    }

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
