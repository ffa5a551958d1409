namespace ELLM.Sim.Workload.Sessions;

/// <summary>When the sessions of a trace start: what limits, rates and draws act on. A request of no session is one of its own.</summary>
internal sealed class SessionStarts
{
    private readonly long[] _arrivalPs;

    /// <param name="arrivalPs">Arrivals, ascending.</param>
    /// <param name="plan">Of as many requests.</param>
    public SessionStarts(long[] arrivalPs, SessionPlan plan)
    {
        _arrivalPs = arrivalPs;
        Of = new int[arrivalPs.Length];
        Dictionary<int, int> known = [];
        List<long> starts = [];
        List<int> requests = [];
        for (int i = 0; i < Of.Length; i++)
        {
            int number = starts.Count;
            if (plan.Session[i] >= 0 && !known.TryAdd(plan.Session[i], number))
                number = known[plan.Session[i]];
            if (number == starts.Count)
            {
                starts.Add(arrivalPs[i]);
                requests.Add(0);
            }
            Of[i] = number;
            requests[number]++;
        }
        StartPs = [.. starts];
        Requests = [.. requests];
    }

    /// <summary>Request -> its session, from 0 in the order of their starts.</summary>
    public int[] Of { get; }

    /// <summary>Session -> when it starts, ascending.</summary>
    public long[] StartPs { get; }

    /// <summary>Session -> its requests.</summary>
    public int[] Requests { get; }

    public int Count => StartPs.Length;

    public double MeanRequests => (double)Of.Length / Count;

    /// <summary>The requests of some sessions that start one after the other, in order of arrival.</summary>
    public int[] RequestsOf(int firstSession, int endSession) =>
        [.. Enumerable.Range(0, Of.Length).Where(i => Of[i] >= firstSession && Of[i] < endSession)];

    /// <summary>How many sessions from one on are whole within so many requests; at least one while there is one.</summary>
    public int Whole(int firstSession, int endSession, long requests)
    {
        int end = firstSession;
        for (long left = requests; end < endSession && (left >= Requests[end] || end == firstSession); end++)
            left -= Requests[end];
        return end - firstSession;
    }

    /// <summary>From the start before to a session's; the first of the trace gets the mean. Picoseconds.</summary>
    public long Gap(int session) =>
        session > 0 ? StartPs[session] - StartPs[session - 1] : (StartPs[^1] - StartPs[0]) / Math.Max(1, Count - 1);

    /// <summary>Sessions in another order, repeated or left out: requests in order of arrival, and when they arrive.</summary>
    /// <param name="sessions">Which.</param>
    /// <param name="startPs">When each starts.</param>
    /// <exception cref="InputException">A request is beyond the clock.</exception>
    public (int[] Rows, long[] ArrivalPs) At(IReadOnlyList<int> sessions, IReadOnlyList<long> startPs, string name)
    {
        ILookup<int, int> requests = Enumerable.Range(0, Of.Length).ToLookup(i => Of[i]);
        List<(Int128 AtPs, int Row)> moved = [];
        for (int i = 0; i < sessions.Count; i++)
        {
            foreach (int row in requests[sessions[i]])
                moved.Add((startPs[i] + (Int128)(_arrivalPs[row] - StartPs[sessions[i]]), row));
        }
        // OrderBy is stable.
        (Int128 AtPs, int Row)[] ordered = [.. moved.OrderBy(m => m.AtPs)];
        if (ordered.Length > 0 && ordered[^1].AtPs > long.MaxValue)
            throw new InputException($"{name}: the last turn is beyond the simulator's clock of 106 days");
        return (Array.ConvertAll(ordered, m => m.Row), Array.ConvertAll(ordered, m => (long)m.AtPs));
    }

    /// <summary>The same sessions at other starts: their requests in order of arrival, and when they arrive.</summary>
    /// <exception cref="InputException">A request is beyond the clock.</exception>
    public (int[] Rows, long[] ArrivalPs) At(IReadOnlyList<long> startPs, string name) =>
        At([.. Enumerable.Range(0, Count)], startPs, name);
}
