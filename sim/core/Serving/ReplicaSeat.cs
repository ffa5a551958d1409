using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>What an engine is handed when it joins a cluster.</summary>
/// <param name="Index">Of the engine among all of the run; its events carry it.</param>
/// <param name="Ended">Told each request that ends here and when; null costs nothing.</param>
/// <param name="Order">In which requests arrive.</param>
internal readonly record struct ReplicaSeat(
    int Index, RecordTable Records, EventQueue Events, Action<int, long>? Ended, ArrivalOrder Order = default);

/// <summary>The records of the requests that engines hold, by the number that an engine knows a request by.</summary>
/// <param name="ring">The rows are as many as a power of two, and of a request that has ended are used again.</param>
internal sealed class RecordTable(RequestRecord[] rows, bool ring = false)
{
    private int _mask = ring ? rows.Length - 1 : -1;

    public RequestRecord[] Rows { get; private set; } = rows;

    public ref RequestRecord this[int request] => ref Rows[request & _mask];

    /// <summary>Twice the rows of a ring; no reference into it may be held.</summary>
    /// <param name="next">The next request; those before it are in the rows there are.</param>
    public void Grow(int next)
    {
        RequestRecord[] more = new RequestRecord[2 * Rows.Length];
        int mask = more.Length - 1;
        for (int request = Math.Max(0, next - Rows.Length); request < next; request++)
            more[request & mask] = this[request];
        (Rows, _mask) = (more, mask);
    }
}
