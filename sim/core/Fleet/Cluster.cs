using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Fleet;

/// <summary>How the replicas of a cluster run; nothing here changes a result.</summary>
/// <param name="Apart">Replicas run each on their own between routing decisions, where the router's needs allow it: each then has an
/// observer of its own.</param>
/// <param name="Threads">Replicas that run at a time when they run apart.</param>
public readonly record struct ClusterOptions(bool Apart, int Threads);

/// <summary>Runs a trace through the replicas: the event loop of a simulation.</summary>
/// <remarks>
/// <para>Trace arrivals are merged from their sorted array, later turns of sessions from their loop; the queue holds only span ends,
/// wake-ups and the arrivals of closed-loop users. At equal times trace arrivals come first, so a boundary sees everything that has
/// arrived until then.</para>
/// <para>Where nothing that a router is told depends on what happens within a replica until then (<see cref="RouterNeeds"/>), each
/// replica is a <see cref="Lane"/> of its own: the same results, on as many threads as there are, and in a processor's caches.</para>
/// </remarks>
public sealed class Cluster
{
    /// <summary>Arrivals routed before the lanes go on.</summary>
    private const int MostRouted = 1 << 17;

    private readonly Trace _trace;
    private readonly RequestRecord[] _records;
    private readonly RecordTable _table;
    private readonly UserLoop? _users;
    private readonly SessionLoop? _sessions;
    private readonly Dispatch _dispatch;
    private readonly ClusterOptions _options;
    private readonly bool _apart;
    private readonly List<Replica> _replicas = [];
    private readonly List<Lane> _lanes = [];
    private EventQueue _events = new();
    private long _endPs;

    /// <param name="users">Closed loop: arrivals follow from completions, and the trace's own arrival times are ignored.</param>
    /// <param name="reportPs">Between reports of engines to the router, picoseconds; 0: it sees them as they are.</param>
    public Cluster(Trace trace, IRouter router, UserLoop? users = null, long reportPs = 0, ClusterOptions options = default)
    {
        _trace = trace;
        _users = users;
        if (users is null && trace.Find<SessionPlan>() is { } plan)
            _sessions = new SessionLoop(plan);
        _options = options;
        _records = new RequestRecord[trace.Count];
        _table = new RecordTable(_records);
        _dispatch = new Dispatch(router, trace, _table, reportPs);
        bool free = router.Needs == RouterNeeds.Nothing || (router.Needs == RouterNeeds.Reports && reportPs > 0);
        _apart = options.Apart && users is null && _sessions is null && free;
    }

    /// <summary>Replicas and virtual engines added so far.</summary>
    public int Count => _replicas.Count;

    /// <summary>Whether each replica runs on its own: its observer must then be one of its own too.</summary>
    public bool RunsApart => _apart;

    /// <summary>Adds a replica, or a virtual engine of one; all of them before <see cref="Run"/>.</summary>
    public Replica Add(EngineParts parts)
    {
        bool first = parts.Pipeline is null || parts.Pipeline.IsEmpty;
        if (_apart && first)
            _events = new EventQueue();
        Replica replica = new(parts, new ReplicaSeat(_replicas.Count, _table, _events, Told(), new ArrivalOrder(_sessions?.Rank)));
        _replicas.Add(replica);
        _dispatch.Add(replica);
        if (_apart && first)
            _lanes.Add(new Lane(replica, _events, _replicas));
        return replica;
    }

    /// <summary>What happens to each request, in trace order; blank until it arrives.</summary>
    public RequestRecord[] Records => _records;

    public RunOutcome Run(IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        _dispatch.Begin();
        int next = _sessions is not null ? RunSessions(_sessions, progress, cancel)
            : _apart ? RunApart(progress, cancel)
            : RunTogether(progress, cancel);
        for (; next < _trace.Count; next++)
            Open(next, -1);
        progress?.Report(_trace.Count);
        RunCounters sum = default;
        foreach (Replica replica in _replicas)
            replica.AddTo(ref sum);
        return new RunOutcome(_trace, _records, _endPs, sum);
    }

    /// <summary>Told that a request ended, and when; null where nothing depends on it.</summary>
    private Action<int, long>? Told()
    {
        Action<int, long>? told = _sessions is null ? null : _sessions.Ended;
        if (_users is not null)
            told += (_, nowPs) => _users.Ended(_events, nowPs);
        if (_dispatch.CountsEnds)
            told += (request, _) => _dispatch.Ended(request);
        return told;
    }

    /// <summary>First turns from the trace, later ones from the ends of those before; of one instant in the order of the trace.</summary>
    private int RunSessions(SessionLoop sessions, IProgress<int>? progress, CancellationToken cancel)
    {
        for (int request = 0; request < _trace.Count; request++)
            Open(request, -1);
        int arrived = 0;
        for (int start = NextStart(sessions, 0); ;)
        {
            long startPs = start < _trace.Count ? _trace.ArrivalPs[start] : long.MaxValue, turnPs = sessions.NextTimePs;
            bool isTurn = sessions.NextTurn >= 0 && (turnPs < startPs || (turnPs == startPs && sessions.NextTurn < start));
            long arrivalPs = isTurn ? turnPs : startPs;
            if (_dispatch.Reports)
                _dispatch.CollectBefore(Math.Min(arrivalPs, _events.NextTimePs));
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
                return _trace.Count;
            cancel.ThrowIfCancellationRequested();
            SimEvent item = _events.Pop(out long nowPs);
            if (_replicas[item.Target].Handle(item, nowPs))
                _endPs = nowPs;
            if (_dispatch.MayRelease)
                _dispatch.Release(nowPs);
        }
    }

    private int NextStart(SessionLoop sessions, int from)
    {
        int start = from;
        while (start < _trace.Count && !sessions.Starts[start])
            start++;
        return start;
    }

    /// <summary>One event after the other. Returns how many requests have arrived.</summary>
    private int RunTogether(IProgress<int>? progress, CancellationToken cancel)
    {
        int next = 0;
        int total = _trace.Count;
        int trace = _users is null ? total : 0;
        _users?.Start(_events);
        while (true)
        {
            long arrivalPs = next < trace ? _trace.ArrivalPs[next] : long.MaxValue;
            long eventPs = _events.NextTimePs;
            if (_dispatch.Reports)
                _dispatch.CollectBefore(Math.Min(arrivalPs, eventPs));
            if (next < trace && arrivalPs <= eventPs)
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
            if (_dispatch.MayRelease)
                _dispatch.Release(nowPs);
        }
        return next;
    }

    /// <summary>Each replica on its own, as far as what the router needs is known. Returns how many requests have arrived.</summary>
    private int RunApart(IProgress<int>? progress, CancellationToken cancel)
    {
        int next = 0;
        long[] arrivals = _trace.ArrivalPs;
        while (next < arrivals.Length)
        {
            long reportedUntilPs = long.MaxValue;
            if (_dispatch.Reports)
            {
                long reportPs = _dispatch.ReportBefore(arrivals[next]);
                Advance(reportPs, cancel);
                _dispatch.Collect(reportPs);
                reportedUntilPs = _dispatch.ReportAfter(reportPs);
            }
            int end = Math.Min(arrivals.Length, next + MostRouted);
            for (; next < end && arrivals[next] < reportedUntilPs; next++)
                _lanes[_dispatch.Pick(next, arrivals[next])].Expect(next);
            if (!_dispatch.Reports && next < arrivals.Length)
                Advance(arrivals[next], cancel);
            progress?.Report(next);
        }
        Advance(long.MaxValue, cancel);
        _endPs = _lanes.Max(lane => lane.EndPs);
        return next;
    }

    private void Advance(long untilPs, CancellationToken cancel)
    {
        if (_options.Threads > 1)
        {
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Threads };
            Parallel.For(0, _lanes.Count, parallel, i => _lanes[i].Advance(untilPs, _trace, Open, cancel));
        }
        else
        {
            foreach (Lane lane in _lanes)
                lane.Advance(untilPs, _trace, Open, cancel);
        }
        foreach (Lane lane in _lanes)
        {
            if (lane.Fault is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(lane.Fault);
        }
    }

    private void Route(int request, long nowPs)
    {
        Open(request, nowPs);
        _dispatch.Route(request, nowPs);
        if (_records[request].Status != RequestStatus.Rejected || _records[request].Replica != Dispatch.Nowhere)
            return;
        _users?.Ended(_events, nowPs);
        _sessions?.Ended(request, nowPs);
    }

    /// <summary>Makes a request's record, when it arrives: made all at once, they would leave the processor's caches before they
    /// are needed.</summary>
    private void Open(int request, long nowPs)
    {
        ref RequestRecord record = ref _records[request];
        record.InputTokens = _trace.InputTokens[request];
        record.OutputTokens = _trace.OutputTokens[request];
        record.ArrivalPs = nowPs;
        record.FirstScheduledPs = record.FirstTokenPs = record.FinishPs = -1;
    }
}
