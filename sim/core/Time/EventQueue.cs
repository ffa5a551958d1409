namespace ELLM.Sim.Time;

/// <summary>Events in order of (time, kind, target, sequence number).</summary>
/// <remarks>
/// <para>At equal times the order must not depend on when an event was scheduled: a jump schedules its end long before the last of the
/// steps that it stands for would. So kind and target come before the sequence, and arrivals are seen by every boundary of their
/// instant. Trace arrivals do not live here: they are already sorted and the cluster merges them in. Cancelling is by version: an event
/// carries the version of what it is about, and a stale one is ignored.</para>
/// <para>The few earliest lie sorted before a heap of the others: an engine alone never needs the heap.</para>
/// </remarks>
public sealed class EventQueue
{
    private const int KindShift = 60;
    private const int TargetShift = 44;
    private const int Few = 8;

    /// <summary>Latest first; none is later than any in the heap, which holds some only when there is one here.</summary>
    private readonly Entry[] _early = new Entry[Few];
    private readonly PriorityQueue<SimEvent, (long TimePs, long Order)> _later = new();
    private int _earlyCount;
    private long _sequence;

    public int Count => _earlyCount + _later.Count;

    /// <summary>Time of the next event, or <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTimePs { get; private set; } = long.MaxValue;

    public void Schedule(long timePs, SimEvent item)
    {
        long order = ((long)item.Kind << KindShift) | ((long)item.Target << TargetShift) | _sequence++;
        Entry entry = new(timePs, order, item);
        bool full = _earlyCount == Few;
        if ((full || _later.Count > 0) && !entry.IsBefore(_early[0]))
        {
            _later.Enqueue(item, (timePs, order));
            return;
        }
        if (full)
            Delay();
        int at = _earlyCount++;
        while (at > 0 && _early[at - 1].IsBefore(entry))
        {
            _early[at] = _early[at - 1];
            at--;
        }
        _early[at] = entry;
        NextTimePs = _early[_earlyCount - 1].TimePs;
    }

    public SimEvent Pop(out long timePs)
    {
        Entry next = _early[--_earlyCount];
        timePs = next.TimePs;
        if (_earlyCount == 0)
            Refill();
        else
            NextTimePs = _early[_earlyCount - 1].TimePs;
        return next.Item;
    }

    /// <summary>The latest of the early ones goes to the heap.</summary>
    private void Delay()
    {
        Entry latest = _early[0];
        _later.Enqueue(latest.Item, (latest.TimePs, latest.Order));
        Array.Copy(_early, 1, _early, 0, --_earlyCount);
    }

    private void Refill()
    {
        NextTimePs = long.MaxValue;
        if (!_later.TryDequeue(out SimEvent item, out (long TimePs, long Order) key))
            return;
        _early[_earlyCount++] = new Entry(key.TimePs, key.Order, item);
        NextTimePs = key.TimePs;
    }

    private readonly record struct Entry(long TimePs, long Order, SimEvent Item)
    {
        public bool IsBefore(in Entry other) => TimePs < other.TimePs || (TimePs == other.TimePs && Order < other.Order);
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
