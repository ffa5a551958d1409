using System.Runtime.ExceptionServices;
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

    private readonly Trace? _trace;
    private readonly ArrivalFeed _feed;
    private readonly UserLoop? _users;
    private readonly SessionLoop? _sessions;
    private readonly Dispatch _dispatch;
    private readonly ClusterOptions _options;
    private readonly bool _apart;
    private readonly List<Replica> _replicas = [];
    private readonly List<Lane> _lanes = [];
    private EventQueue _events = new();
    private RequestRecords _requests;
    private long _endPs;

    /// <param name="users">Closed loop: arrivals follow from completions, and the trace's own arrival times are ignored.</param>
    /// <param name="reportPs">Between reports of engines to the router, picoseconds; 0: it sees them as they are.</param>
    public Cluster(Trace trace, IRouter router, UserLoop? users = null, long reportPs = 0, ClusterOptions options = default)
        : this([trace], router, reportPs, options, users, users is null ? trace.Find<SessionPlan>() : null)
    {
        _trace = trace;
        Records = new RequestRecord[trace.Count];
        _requests = new RequestRecords(Records);
    }

    /// <summary>Of requests that come in pieces: no record is kept, and what is to be known of a request its observer is told.</summary>
    /// <param name="pieces">In the order of arrival.</param>
    public Cluster(IEnumerable<Trace> pieces, IRouter router, long reportPs, ClusterOptions options)
        : this(pieces, router, reportPs, options, null, null)
    {
    }

    private Cluster(
        IEnumerable<Trace> pieces, IRouter router, long reportPs, ClusterOptions options, UserLoop? users, SessionPlan? sessions)
    {
        _sessions = sessions is null ? null : new SessionLoop(sessions);
        _feed = new ArrivalFeed(pieces);
        _users = users;
        _options = options;
        _requests = new RequestRecords(null);
        _dispatch = new Dispatch(router, reportPs);
        bool free = router.Needs == RouterNeeds.Nothing || (router.Needs == RouterNeeds.Reports && reportPs > 0);
        _apart = options.Apart && users is null && sessions is null && free;
    }

    /// <summary>Replicas and virtual engines added so far.</summary>
    public int Count => _replicas.Count;

    /// <summary>Whether each replica runs on its own: its observer must then be one of its own too.</summary>
    public bool RunsApart => _apart;

    /// <summary>Requests that have arrived.</summary>
    public int Arrived => _feed.Taken;

    /// <summary>What happens to each request, in trace order, blank until it arrives; empty of a trace in pieces.</summary>
    public RequestRecord[] Records { get; } = [];

    /// <summary>Adds a replica, or a virtual engine of one; all of them before <see cref="Run"/>.</summary>
    public Replica Add(EngineParts parts)
    {
        bool first = parts.Pipeline is null || parts.Pipeline.IsEmpty;
        if (_apart && first)
        {
            _events = new EventQueue();
            _requests = _trace is null ? new RequestRecords(null) : _requests;
        }
        Replica replica = new(parts, new ReplicaSeat(
            _replicas.Count, _requests.Table, _events, Told(), new ArrivalOrder(_sessions?.Rank)));
        _replicas.Add(replica);
        _dispatch.Add(replica);
        if (_apart && first)
            _lanes.Add(new Lane(replica, _events, _requests, _replicas));
        return replica;
    }

    public RunOutcome Run(IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        _dispatch.Begin(_requests);
        if (_sessions is not null)
            RunSessions(_sessions, _trace!, progress, cancel);
        else if (_apart)
            RunApart(progress, cancel);
        else
            RunTogether(progress, cancel);
        while (_trace is not null && _sessions is null && _feed.Any)
            _requests.Open(_feed.Take(), -1);
        progress?.Report(_feed.Taken);
        RunCounters sum = default;
        foreach (Replica replica in _replicas)
            replica.AddTo(ref sum);
        return new RunOutcome(_trace ?? new Trace("", [], [], []), Records, _endPs, sum);
    }

    /// <summary>Told that a request ended, and when; null where nothing depends on it.</summary>
    private Action<int, long>? Told()
    {
        Action<int, long>? told = _sessions is null ? null : _sessions.Ended;
        if (_dispatch.CountsEnds)
            told += (request, _) => _dispatch.Ended(request);
        if (_users is not null)
            told += (_, nowPs) => _users.Ended(_events, nowPs);
        return told;
    }

    /// <summary>One event after the other.</summary>
    private void RunTogether(IProgress<int>? progress, CancellationToken cancel)
    {
        _users?.Start(_events);
        while (true)
        {
            long arrivalPs = _users is null ? _feed.NextPs : long.MaxValue;
            long eventPs = _events.NextTimePs;
            if (_dispatch.Reports)
                _dispatch.CollectBefore(Math.Min(arrivalPs, eventPs));
            if (arrivalPs <= eventPs && arrivalPs < long.MaxValue)
            {
                Route(arrivalPs);
                if ((_feed.Taken & 0xFFFF) == 0)
                    progress?.Report(_feed.Taken);
                continue;
            }
            if (_events.Count == 0)
                return;
            cancel.ThrowIfCancellationRequested();
            SimEvent item = _events.Pop(out long nowPs);
            if (item.Kind == SimEventKind.UserArrival)
            {
                if (_feed.Any)
                    Route(nowPs);
            }
            else if (_replicas[item.Target].Handle(item, nowPs))
            {
                _endPs = nowPs;
            }
            if (_dispatch.MayRelease)
                _dispatch.Release(nowPs);
        }
    }

    /// <summary>First turns from the trace, later ones from the ends of those before; of one instant in the order of the trace.</summary>
    private void RunSessions(SessionLoop sessions, Trace trace, IProgress<int>? progress, CancellationToken cancel)
    {
        while (_feed.Any)
            _requests.Open(_feed.Take(), -1);
        int arrived = 0;
        for (int start = NextStart(sessions, 0); ;)
        {
            long startPs = start < trace.Count ? trace.ArrivalPs[start] : long.MaxValue, turnPs = sessions.NextTimePs;
            bool isTurn = sessions.NextTurn >= 0 && (turnPs < startPs || (turnPs == startPs && sessions.NextTurn < start));
            long arrivalPs = isTurn ? turnPs : startPs;
            if (_dispatch.Reports)
                _dispatch.CollectBefore(Math.Min(arrivalPs, _events.NextTimePs));
            if (arrivalPs < long.MaxValue && arrivalPs <= _events.NextTimePs)
            {
                int request = isTurn ? sessions.TakeTurn() : start;
                start = isTurn ? start : NextStart(sessions, start + 1);
                sessions.Arrived(request);
                Records[request].ArrivalPs = arrivalPs;
                if (!_dispatch.Route(request, request, arrivalPs))
                    sessions.Ended(request, arrivalPs);
                if ((++arrived & 0xFFFF) == 0)
                    progress?.Report(arrived);
                continue;
            }
            if (_events.Count == 0)
                return;
            cancel.ThrowIfCancellationRequested();
            SimEvent item = _events.Pop(out long nowPs);
            if (_replicas[item.Target].Handle(item, nowPs))
                _endPs = nowPs;
            if (_dispatch.MayRelease)
                _dispatch.Release(nowPs);
        }
    }

    private static int NextStart(SessionLoop sessions, int from)
    {
        int start = from;
        while (start < sessions.Starts.Length && !sessions.Starts[start])
            start++;
        return start;
    }

    private void Route(long nowPs)
    {
        Arrival arrival = _feed.Take();
        if (!_dispatch.Route(_requests.Open(arrival, nowPs), arrival.Row, nowPs))
            _users?.Ended(_events, nowPs);
    }

    /// <summary>Each replica on its own, as far as what the router needs is known.</summary>
    private void RunApart(IProgress<int>? progress, CancellationToken cancel)
    {
        while (_feed.Any)
        {
            long reportedUntilPs = long.MaxValue;
            if (_dispatch.Reports)
            {
                long reportPs = _dispatch.ReportBefore(_feed.NextPs);
                Advance(reportPs, cancel);
                _dispatch.Collect(reportPs);
                reportedUntilPs = _dispatch.ReportAfter(reportPs);
            }
            for (int i = 0; i < MostRouted && _feed.NextPs < reportedUntilPs; i++)
            {
                Arrival arrival = _feed.Take();
                _lanes[_dispatch.Pick(arrival)].Expect(arrival);
            }
            if (!_dispatch.Reports && _feed.Any)
                Advance(_feed.NextPs, cancel);
            progress?.Report(_feed.Taken);
        }
        Advance(long.MaxValue, cancel);
        _endPs = _lanes.Max(lane => lane.EndPs);
    }

    private void Advance(long untilPs, CancellationToken cancel)
    {
        if (_options.Threads > 1)
        {
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Threads };
            Parallel.For(0, _lanes.Count, parallel, i => _lanes[i].Advance(untilPs, cancel));
        }
        else
        {
            foreach (Lane lane in _lanes)
                lane.Advance(untilPs, cancel);
        }
        foreach (Lane lane in _lanes)
        {
            if (lane.Fault is not null)
                ExceptionDispatchInfo.Throw(lane.Fault);
        }
    }
}
