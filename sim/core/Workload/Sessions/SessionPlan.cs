namespace ELLM.Sim.Workload.Sessions;

/// <summary>Requests that are turns of sessions: each but the first arrives its think time after the end of the turn before.</summary>
/// <remarks>
/// Arrival times of later turns are those of the log, or what they would be if answers took no time; a run makes its own. Where the
/// first turns of a session are left out, the first one that is there starts it.
/// </remarks>
/// <param name="session">Request -> its session, from 0; -1: it is of none and arrives at its own time.</param>
/// <param name="turn">Request -> its place in the session: ascending, with holes where turns were left out.</param>
/// <param name="thinkPs">Request -> time from the end of the turn before to its arrival, picoseconds.</param>
public sealed class SessionPlan(int[] session, int[] turn, long[] thinkPs) : OptionalColumn
{
    private int[]? _next;

    public int[] Session => session;

    public int[] Turn => turn;

    public long[] ThinkPs => thinkPs;

    public override int Count => session.Length;

    /// <summary>Request -> the request that follows it in its session; -1: none.</summary>
    public int[] Next => _next ??= Followers();

    /// <summary>The column of other requests. A turn that comes again belongs to another session like the first one.</summary>
    public override OptionalColumn Pick(ReadOnlySpan<int> rows)
    {
        Dictionary<(int Session, int Turn), int> copies = [];
        Dictionary<(int Session, int Copy), int> sessions = [];
        int[] picked = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int own = session[rows[i]];
            picked[i] = -1;
            if (own < 0)
                continue;
            (int, int) key = (own, turn[rows[i]]);
            int copy = copies[key] = copies.GetValueOrDefault(key) + 1;
            if (!sessions.TryGetValue((own, copy), out picked[i]))
                sessions[(own, copy)] = picked[i] = sessions.Count;
        }
        return new SessionPlan(picked, Pick(turn, rows), Pick(thinkPs, rows));
    }

    private int[] Followers()
    {
        int[] next = new int[session.Length], order = [.. Enumerable.Range(0, session.Length)];
        Array.Fill(next, -1);
        Array.Sort(order, (a, b) => session[a] != session[b] ? session[a].CompareTo(session[b])
            : turn[a] != turn[b] ? turn[a].CompareTo(turn[b]) : a.CompareTo(b));
        for (int i = 1; i < order.Length; i++)
        {
            if (session[order[i]] >= 0 && session[order[i]] == session[order[i - 1]])
                next[order[i - 1]] = order[i];
        }
        return next;
    }
}
