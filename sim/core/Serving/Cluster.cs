using ELLM.Sim.Time;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Serving;

/// <summary>Runs a trace through the replicas: the event loop of a simulation.</summary>
/// <remarks>
/// Trace arrivals are merged from their sorted array; the queue holds only span ends, wake-ups and the arrivals of closed-loop
/// users. At equal times trace arrivals come first, so a boundary sees everything that has arrived until then.
/// </remarks>
public sealed class Cluster
{
    private readonly Trace _trace;
    private readonly RequestRecord[] _records;
    private readonly EventQueue _events;
    private readonly List<Replica> _replicas = [];

    /// <summary>Those that requests are routed to: all but the further virtual engines of pipelines.</summary>
    private readonly List<Replica> _routed = [];
    private readonly IRouter _router;
    private readonly UserLoop? _users;
    private long _endPs;

    /// <param name="users">Closed loop: arrivals follow from completions, and the trace's own arrival times are ignored.</param>
    public Cluster(Trace trace, IRouter router, UserLoop? users = null)
    {
        _trace = trace;
        _router = router;
        _users = users;
        _events = new EventQueue();
        _records = new RequestRecord[trace.Count];
    }

    /// <summary>Replicas and virtual engines added so far.</summary>
    public int Count => _replicas.Count;

    /// <summary>Adds a replica, or a virtual engine of one; all of them before <see cref="Run"/>.</summary>
    public Replica Add(EngineParts parts)
    {
        Action<int, long>? ended = _users is null ? null : (_, nowPs) => _users.Ended(_events, nowPs);
        Replica replica = new(parts, new ReplicaSeat(_replicas.Count, _records, _events, ended));
        _replicas.Add(replica);
        if (replica.TakesRequests)
            _routed.Add(replica);
        return replica;
    }

    /// <summary>What happens to each request, in trace order; blank until it arrives.</summary>
    public RequestRecord[] Records => _records;

    public RunOutcome Run(IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        int next = 0;
        int total = _trace.Count;
        int trace = _users is null ? total : 0;
        _users?.Start(_events);
        while (true)
        {
            long arrivalPs = next < trace ? _trace.ArrivalPs[next] : long.MaxValue;
            if (next < trace && arrivalPs <= _events.NextTimePs)
            {
                Route(next++, arrivalPs);
                if ((next & 0xFFFF) == 0)
                    progress?.Report(next);
                continue;
            }
            if (_events.Count == 0)
                break;
            cancel.ThrowIfCancellationRequested();
            SimEvent item = _events.Pop(out long nowPs);
            if (item.Kind == SimEventKind.UserArrival)
            {
                if (next < total)
                    Route(next++, nowPs);
            }
            else if (_replicas[item.Target].Handle(item, nowPs))
            {
                _endPs = nowPs;
            }
        }
        for (; next < total; next++)
            Open(next);
        progress?.Report(total);
        return Outcome();
    }

    private void Route(int request, long nowPs)
    {
        Open(request);
        _routed[_router.Pick(_routed)].Receiver.Arrive(request, nowPs);
    }

    /// <summary>Makes a request's record, when it arrives: made all at once, they would leave the processor's caches before they
    /// are needed.</summary>
    private void Open(int request)
    {
        ref RequestRecord record = ref _records[request];
        record.InputTokens = _trace.InputTokens[request];
        record.OutputTokens = _trace.OutputTokens[request];
        record.ArrivalPs = record.FirstScheduledPs = record.FirstTokenPs = record.FinishPs = -1;
    }

    private RunOutcome Outcome()
    {
        RunCounters sum = default;
        foreach (Replica replica in _replicas)
            replica.AddTo(ref sum);
        return new RunOutcome(_trace, _records, _endPs, sum);
    }
}

/// <summary>What the cluster hands a replica that joins it.</summary>
internal readonly record struct ReplicaSeat(int Index, RequestRecord[] Records, EventQueue Events, Action<int, long>? Ended);
