using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Fleet;

/// <summary>A replica, with its virtual engines, that runs apart from the others: its own events, and the arrivals routed to it.</summary>
/// <remarks>Between two arrivals nothing outside a replica touches it, so lanes may be at different times, and on different
/// threads.</remarks>
internal sealed class Lane(Replica receiver, EventQueue events, RequestRecords records, IReadOnlyList<Replica> engines)
{
    private const int EventsBetweenChecks = 1 << 14;

    private Arrival[] _routed = new Arrival[16];
    private int _next;
    private int _count;

    /// <summary>The last event.</summary>
    public long EndPs { get; private set; }

    /// <summary>Why it could not go on; null while it can.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>It will get a request.</summary>
    public void Expect(in Arrival request)
    {
        if (_count == _routed.Length)
            Array.Resize(ref _routed, 2 * _count);
        _routed[_count++] = request;
    }

    /// <summary>Everything before an instant happens.</summary>
    public void Advance(long untilPs, CancellationToken cancel)
    {
        try
        {
            Loop(untilPs, cancel);
        }
        catch (Exception e) when (e is InputException or OperationCanceledException)
        {
            Fault = e;
        }
    }

    private void Loop(long untilPs, CancellationToken cancel)
    {
        int handled = 0;
        while (true)
        {
            long arrivalPs = _next < _count ? _routed[_next].ArrivalPs : long.MaxValue;
            long eventPs = events.NextTimePs;
            if (Math.Min(arrivalPs, eventPs) >= untilPs)
                break;
            if (arrivalPs <= eventPs)
            {
                receiver.Receiver.Arrive(records.Open(_routed[_next++], arrivalPs), arrivalPs);
                continue;
            }
            if (++handled % EventsBetweenChecks == 0)
                cancel.ThrowIfCancellationRequested();
            SimEvent item = events.Pop(out long nowPs);
            if (engines[item.Target].Handle(item, nowPs))
                EndPs = nowPs;
        }
        _routed.AsSpan(_next, _count - _next).CopyTo(_routed);
        (_next, _count) = (0, _count - _next);
    }
}
