using ELLM.Sim.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Moves a trace's times to the simulator's clock: offset, spreading, gaps, scale, rate, in this order.</summary>
internal sealed class TraceClock(
    string path, TraceReadOptions options, TimeKind kind, Int128 basePs, TraceColumns columns, List<string> notes)
{
    // Just inside the range of the clock.
    private const double MaxSeconds = 9_000_000;

    public string FirstTime { get; private set; } = "none";

    public string LastTime { get; private set; } = "none";

    public static void Check(TraceReadOptions options)
    {
        Positive(options.RatePerSecond, "rate [requests/s]");
        Positive(options.SessionRatePerSecond, "session rate [sessions/s]");
        Positive(options.TimeScale, "time scale");
        Positive(options.MaxGapSeconds, "longest gap [s]");
        if (options.Limit < 1)
            throw new InputException(FormattableString.Invariant(
                $"limit: expected at least 1 request, found {options.Limit}"));
    }

    /// <summary>The columns at the simulator's times: sessions move as a whole, by their starts.</summary>
    public TraceColumns Adjust()
    {
        if (columns.Sessions() is not { } sessions)
        {
            Adjust(columns.TimePs, 1);
            return columns;
        }
        long[] starts = [.. sessions.StartPs];
        Adjust(starts, sessions.MeanRequests);
        (int[] order, long[] times) = sessions.At(starts, path);
        return columns.Pick(order, times);
    }

    /// <param name="times">Ascending.</param>
    /// <param name="requests">That come with each, in the mean.</param>
    private void Adjust(long[] times, double requests)
    {
        if (kind == TimeKind.None)
        {
            PoissonClock arrivals = new(options.RatePerSecond!.Value / requests, options.Seed, "arrivals");
            for (int i = 0; i < times.Length; i++)
                times[i] = arrivals.Next();
            notes.Add(FormattableString.Invariant(
                $"no times in the file: Poisson arrivals at {options.RatePerSecond} requests/s, seed {options.Seed}"));
            return;
        }
        FirstTime = TimeText.Format(basePs + times[0], kind);
        LastTime = TimeText.Format(basePs + times[^1], kind);
        Shift(times);
        if (options.SpreadEqualTimes)
            Spread(times);
        if (options.MaxGapSeconds is { } longest)
            CutGaps(times, SimTime.FromSeconds(Math.Min(longest, MaxSeconds)).Picoseconds);
        if (options.TimeScale is { } scale)
            Scale(times, scale);
        if (options.RatePerSecond is { } rate)
            Rescale(times, rate, requests);
    }

    private static void Positive(double? value, string what)
    {
        if (value is { } v && !(v is >= 1e-12 and <= 1e12))
            throw new InputException(FormattableString.Invariant($"{what}: expected a number from 1e-12 to 1e12, found {v}"));
    }

    private void Shift(long[] times)
    {
        Int128 zero = basePs + times[0];
        if (options.KeepTimeOffset)
        {
            Int128 day = (Int128)86_400 * SimTime.PsPerSecond;
            zero = kind == TimeKind.WallClock ? zero - zero % day : 0;
        }
        Int128 shift = basePs - zero;
        if (shift + times[0] < 0)
            throw new InputException($"{path}: first time {FirstTime} is before 0; do not keep the file's offset");
        if (shift + times[^1] > long.MaxValue)
            throw new InputException($"{path}: last time {LastTime} is beyond the simulator's clock of 106 days");
        for (int i = 0; i < times.Length; i++)
            times[i] = (long)(times[i] + shift);
    }

    /// <summary>Spreads each group of equal times over the tick, in whole microseconds.</summary>
    private void Spread(long[] times)
    {
        long tick = long.MaxValue;
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] > times[i - 1])
                tick = Math.Min(tick, times[i] - times[i - 1]);
        }
        long places = tick / SimTime.PsPerMicrosecond;
        if (tick == long.MaxValue || places < 2)
            return;
        RandomStream random = RandomStream.Named(options.Seed, "spread");
        for (int first = 0; first < times.Length;)
        {
            long start = times[first];
            int end = first;
            for (; end < times.Length && times[end] == start; end++)
                times[end] = start + (long)random.NextBelow((ulong)places) * SimTime.PsPerMicrosecond;
            Array.Sort(times, first, end - first);
            first = end;
        }
        notes.Add($"equal times were spread over a tick of {new SimTime(tick)} s");
    }

    private void CutGaps(long[] times, long longestPs)
    {
        long cut = 0;
        long gaps = 0;
        long before = times[0];
        for (int i = 1; i < times.Length; i++)
        {
            long gap = times[i] - before;
            before = times[i];
            if (gap > longestPs)
            {
                cut += gap - longestPs;
                gaps++;
            }
            times[i] -= cut;
        }
        notes.Add(FormattableString.Invariant($"{gaps} gaps were cut, {new SimTime(cut)} s in all"));
    }

    private void Scale(long[] times, double factor)
    {
        TraceRate.Multiply(times, factor, path);
        notes.Add(FormattableString.Invariant($"times multiplied by {factor}"));
    }

    private void Rescale(long[] times, double rate, double requests)
    {
        if (times.Length == 1 && requests > 1)
        {
            notes.Add("one session: its turns wait for one another, there is no rate to change");
            return;
        }
        double found = TraceRate.Rescale(times, rate / requests, path) * requests;
        notes.Add(FormattableString.Invariant($"times multiplied by {found / rate}"));
        notes.Add(FormattableString.Invariant($"mean rate changed from {found:0.######} to {rate} requests/s"));
    }
}
