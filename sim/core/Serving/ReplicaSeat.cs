using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>What an engine is handed when it joins a cluster.</summary>
/// <param name="Index">Of the engine among all of the run; its events carry it.</param>
/// <param name="Ended">Told each request that ends here and when; null costs nothing.</param>
/// <param name="Order">In which requests arrive.</param>
internal readonly record struct ReplicaSeat(
    int Index, RecordTable Records, EventQueue Events, Action<int, long>? Ended, ArrivalOrder Order = default);

/// <summary>The records of the requests that engines hold, by the number that an engine knows a request by.</summary>
internal sealed class RecordTable(RequestRecord[] rows)
{
    public RequestRecord[] Rows { get; } = rows;

    public ref RequestRecord this[int request] => ref Rows[request];
}
