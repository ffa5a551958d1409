namespace ELLM.Sim.Workload.Readers;

/// <summary>Start times for sessions whose log counts time from each session's own start.</summary>
/// <remarks>Sessions start in the order of their first row, as a Poisson process with the rate of the options.</remarks>
internal sealed class SessionClock(TraceReadOptions options)
{
    private readonly Dictionary<string, long> _startPs = new(StringComparer.Ordinal);
    private readonly PoissonClock _clock = new(options.SessionRatePerSecond!.Value, options.Seed, "session-starts");
    private byte[] _last = [];
    private long _lastStartPs;

    public static InputException Missing(string path, string title) =>
        new($"{path}: {title}: times count from each session's own start, there is no common clock; "
            + "give a rate of session starts in sessions/s (--session-rate)");

    public long StartOf(ReadOnlySpan<byte> session)
    {
        if (_startPs.Count > 0 && session.SequenceEqual(_last))
            return _lastStartPs;
        string key = System.Text.Encoding.UTF8.GetString(session);
        if (!_startPs.TryGetValue(key, out long start))
        {
            start = _clock.Next();
            _startPs.Add(key, start);
        }
        _last = session.ToArray();
        _lastStartPs = start;
        return start;
    }

    public string Describe() => FormattableString.Invariant(
        $"start times of {_startPs.Count} sessions drawn as a Poisson process of {options.SessionRatePerSecond} sessions/s");
}
