namespace ELLM.Sim.Time;

/// <summary>Events in order of (time, sequence number): at equal times, first scheduled is first served.</summary>
/// <remarks>
/// Trace arrivals do not live here: they are already sorted and the cluster merges them in. Cancelling is by version: an event
/// carries the version of what it is about, and whoever receives a stale one ignores it.
/// </remarks>
public sealed class EventQueue
{
    private readonly PriorityQueue<SimEvent, (long TimePs, long Sequence)> _events = new();
    private long _sequence;

    public int Count => _events.Count;

    /// <summary>Time of the next event, or <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTimePs => _events.TryPeek(out _, out (long TimePs, long Sequence) key) ? key.TimePs : long.MaxValue;

    public void Schedule(long timePs, SimEvent item) => _events.Enqueue(item, (timePs, _sequence++));

    public SimEvent Pop(out long timePs)
    {
        _events.TryDequeue(out SimEvent item, out (long TimePs, long Sequence) key);
        timePs = key.TimePs;
        return item;
    }
}

/// <summary>What an event is about: a kind, its target and the version of the target that scheduled it.</summary>
public readonly record struct SimEvent(SimEventKind Kind, int Target, int Version);

public enum SimEventKind : byte
{
    /// <summary>An idle replica looks at its queue, after every arrival of the same instant.</summary>
    ReplicaWake,

    /// <summary>A replica's running span ends.</summary>
    SpanEnd,

    /// <summary>A closed-loop user sends the next request.</summary>
    UserArrival,
}
