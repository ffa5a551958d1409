using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Serving;

/// <summary>Turns of sessions: the first of each arrives as the trace says, every other once the one before is thought over.</summary>
/// <remarks>
/// A rejected turn ends when it is rejected, and the session goes on. A thought lasts at least one picosecond, as in
/// <see cref="UserLoop"/>. Turns of one instant arrive in the order of the trace.
/// </remarks>
internal sealed class SessionLoop
{
    private readonly SessionPlan _plan;
    private readonly PriorityQueue<int, (long TimePs, int Request)> _thinking = new();
    private int _arrived;

    public SessionLoop(SessionPlan plan)
    {
        _plan = plan;
        Starts = new bool[plan.Count];
        Array.Fill(Starts, true);
        foreach (int next in plan.Next)
        {
            if (next >= 0)
                Starts[next] = false;
        }
        Rank = new int[plan.Count];
        Array.Fill(Rank, int.MaxValue);
    }

    /// <summary>Request -> whether it arrives at its own time.</summary>
    public bool[] Starts { get; }

    /// <summary>Request -> how many had arrived before it.</summary>
    public int[] Rank { get; }

    /// <summary>When the next later turn arrives; <see cref="long.MaxValue"/> while none is thought of.</summary>
    public long NextTimePs => _thinking.TryPeek(out _, out (long TimePs, int Request) key) ? key.TimePs : long.MaxValue;

    /// <summary>That turn; -1 while there is none.</summary>
    public int NextTurn => _thinking.TryPeek(out int turn, out _) ? turn : -1;

    public int TakeTurn() => _thinking.Dequeue();

    public void Arrived(int request) => Rank[request] = _arrived++;

    public void Ended(int request, long nowPs)
    {
        int next = _plan.Next[request];
        if (next >= 0)
            _thinking.Enqueue(next, (nowPs + Math.Max(1, _plan.ThinkPs[next]), next));
    }
}
