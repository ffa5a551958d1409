namespace ELLM.Sim.Time;

/// <summary>Events in order of (time, kind, target, sequence number).</summary>
/// <remarks>
/// At equal times the order must not depend on when an event was scheduled: a jump schedules its end long before the last of the
/// steps that it stands for would. So kind and target come before the sequence, and arrivals are seen by every boundary of their
/// instant. Trace arrivals do not live here: they are already sorted and the cluster merges them in. Cancelling is by version: an event
/// carries the version of what it is about, and a stale one is ignored.
/// </remarks>
public sealed class EventQueue
{
    private const int KindShift = 60;
    private const int TargetShift = 44;

    private readonly PriorityQueue<SimEvent, (long TimePs, long Order)> _events = new();
    private long _sequence;

    public int Count => _events.Count;

    /// <summary>Time of the next event, or <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTimePs => _events.TryPeek(out _, out (long TimePs, long Order) key) ? key.TimePs : long.MaxValue;

    public void Schedule(long timePs, SimEvent item)
    {
        long order = ((long)item.Kind << KindShift) | ((long)item.Target << TargetShift) | _sequence++;
        _events.Enqueue(item, (timePs, order));
    }

    public SimEvent Pop(out long timePs)
    {
        _events.TryDequeue(out SimEvent item, out (long TimePs, long Order) key);
        timePs = key.TimePs;
        return item;
    }
}

/// <summary>What an event is about: a kind, its target (below 65,536) and the version of the target that scheduled it.</summary>
public readonly record struct SimEvent(SimEventKind Kind, int Target, int Version);

/// <remarks>In the order in which events of one instant happen.</remarks>
public enum SimEventKind : byte
{
    /// <summary>A closed-loop user sends the next request.</summary>
    UserArrival,

    /// <summary>An idle replica looks at its queue, after every arrival of the same instant.</summary>
    ReplicaWake,

    /// <summary>KV that a replica fetches from host memory has arrived.</summary>
    FetchEnd,

    /// <summary>A replica's running span ends.</summary>
    SpanEnd,
}
