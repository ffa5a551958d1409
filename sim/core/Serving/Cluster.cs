using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Serving;

/// <summary>Runs a trace through the replicas: the event loop of a simulation.</summary>
/// <remarks>
/// Trace arrivals are merged from their sorted array, later turns of sessions from their loop; the queue holds only span ends,
/// wake-ups and the arrivals of closed-loop users. At equal times trace arrivals come first, so a boundary sees everything that has
/// arrived until then.
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
    private readonly SessionLoop? _sessions;
    private long _endPs;

    /// <param name="users">Closed loop: arrivals follow from completions, and the trace's own arrival times are ignored.</param>
    public Cluster(Trace trace, IRouter router, UserLoop? users = null)
    {
        _trace = trace;
        _router = router;
        _users = users;
        if (users is null && trace.Find<SessionPlan>() is { } plan)
            _sessions = new SessionLoop(plan);
        _events = new EventQueue();
        _records = new RequestRecord[trace.Count];
    }

    /// <summary>Replicas and virtual engines added so far.</summary>
    public int Count => _replicas.Count;

    /// <summary>Adds a replica, or a virtual engine of one; all of them before <see cref="Run"/>.</summary>
    public Replica Add(EngineParts parts)
    {
        Action<int, long>? ended = _users is null ? _sessions is null ? null : _sessions.Ended : (_, nowPs) => _users.Ended(_events, nowPs);
        Replica replica = new(parts, new ReplicaSeat(_replicas.Count, _records, _events, ended, new ArrivalOrder(_sessions?.Rank)));
        _replicas.Add(replica);
        if (replica.TakesRequests)
            _routed.Add(replica);
        return replica;
    }

    /// <summary>What happens to each request, in trace order; blank until it arrives.</summary>
    public RequestRecord[] Records => _records;

    public RunOutcome Run(IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        if (_sessions is not null)
            return RunSessions(_sessions, progress, cancel);
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

    /// <summary>First turns from the trace, later ones from the ends of those before; of one instant in the order of the trace.</summary>
    private RunOutcome RunSessions(SessionLoop sessions, IProgress<int>? progress, CancellationToken cancel)
    {
        for (int request = 0; request < _trace.Count; request++)
            Open(request);
        int arrived = 0;
        for (int start = NextStart(sessions, 0); ;)
        {
            long startPs = start < _trace.Count ? _trace.ArrivalPs[start] : long.MaxValue, turnPs = sessions.NextTimePs;
            bool isTurn = sessions.NextTurn >= 0 && (turnPs < startPs || (turnPs == startPs && sessions.NextTurn < start));
            long arrivalPs = isTurn ? turnPs : startPs;
            if (arrivalPs < long.MaxValue && arrivalPs <= _events.NextTimePs)
            {
                int request = isTurn ? sessions.TakeTurn() : start;
                start = isTurn ? start : NextStart(sessions, start + 1);
                sessions.Arrived(request);
                Route(request, arrivalPs);
                if ((++arrived & 0xFFFF) == 0)
                    progress?.Report(arrived);
                continue;
            }
            if (_events.Count == 0)
                break;
            cancel.ThrowIfCancellationRequested();
            SimEvent item = _events.Pop(out long nowPs);
            if (_replicas[item.Target].Handle(item, nowPs))
                _endPs = nowPs;
        }
        progress?.Report(_trace.Count);
        return Outcome();
    }

    private int NextStart(SessionLoop sessions, int from)
    {
        int start = from;
        while (start < _trace.Count && !sessions.Starts[start])
            start++;
        return start;
    }

    private void Route(int request, long nowPs)
    {
        if (_sessions is null)
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
/// <param name="Ended">Told of each request that has finished or was rejected; null: none listens.</param>
/// <param name="Order">In which requests arrive.</param>
internal readonly record struct ReplicaSeat(
    int Index, RequestRecord[] Records, EventQueue Events, Action<int, long>? Ended, ArrivalOrder Order = default);
