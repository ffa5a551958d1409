using ELLM.Sim.Serving;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Fleet;

/// <summary>Between the arrivals and the replicas: asks the router, keeps what it may look at, holds requests that wait there.</summary>
internal sealed class Dispatch(IRouter router, Trace trace, RecordTable records, long reportPs)
{
    /// <summary>The replica of requests that none got.</summary>
    public const ushort Nowhere = ushort.MaxValue;

    private readonly List<Replica> _routed = [];

    /// <summary>Engine -> index among those that requests are routed to.</summary>
    private readonly List<int> _indices = [];
    private readonly Queue<int> _held = new();
    private RouterView? _view;
    private long _nextReportPs;
    private bool _freed;

    public bool CountsEnds { get; } = router.Needs.HasFlag(RouterNeeds.Ends);

    /// <summary>The router reads reports that come at intervals.</summary>
    public bool Reports { get; } = router.Needs.HasFlag(RouterNeeds.Reports) && reportPs > 0;

    /// <summary>A request has ended while others wait for a place.</summary>
    public bool MayRelease => _freed && _held.Count > 0;

    private RouterView View => _view ?? throw new InvalidOperationException("the run has not begun");

    public void Add(Replica replica)
    {
        if (replica.TakesRequests)
            _routed.Add(replica);
        _indices.Add(_routed.Count - 1);
    }

    /// <summary>All replicas are there.</summary>
    public void Begin()
    {
        _view = new RouterView(_routed, Reports ? reportPs : 0);
        for (int i = 0; CountsEnds && i < _routed.Count; i++)
            router.Changed(i, _view);
    }

    /// <summary>The replica that gets a request, from a router that never lets one wait.</summary>
    public int Pick(int request, long nowPs)
    {
        int replica = Ask(request, nowPs).Replica;
        return replica >= 0 ? replica : throw new InvalidOperationException("a router without needs keeps nothing back");
    }

    /// <summary>A request has arrived, and goes where the router sends it.</summary>
    public void Route(int request, long nowPs)
    {
        RouteDecision decision = _held.Count > 0 ? RouteDecision.Wait : Ask(request, nowPs);
        if (decision == RouteDecision.Wait)
            _held.Enqueue(request);
        else if (decision == RouteDecision.Refuse)
            Refuse(request, nowPs);
        else
            Send(request, decision.Replica, nowPs);
    }

    /// <summary>Those that wait are asked about again, in their order.</summary>
    public void Release(long nowPs)
    {
        _freed = false;
        while (_held.TryPeek(out int request))
        {
            RouteDecision decision = Ask(request, nowPs);
            if (decision == RouteDecision.Wait)
                return;
            _held.Dequeue();
            if (decision == RouteDecision.Refuse)
                Refuse(request, nowPs);
            else
                Send(request, decision.Replica, nowPs);
        }
    }

    /// <summary>A request that was sent to a replica has ended there.</summary>
    public void Ended(int request)
    {
        int replica = _indices[records[request].Replica];
        View.Ended(replica, Tokens(request));
        router.Changed(replica, View);
        _freed = true;
    }

    /// <summary>Every report that is due until an instant.</summary>
    public void CollectBefore(long nowPs)
    {
        if (nowPs < _nextReportPs || nowPs == long.MaxValue)
            return;
        // Between two events nothing changes but steps, so of several reports due only the last is of any use.
        _nextReportPs = ReportBefore(nowPs);
        Collect(_nextReportPs);
        _nextReportPs = ReportAfter(_nextReportPs);
    }

    public void Collect(long nowPs) => View.Collect(nowPs);

    /// <summary>The last report at or before an instant.</summary>
    public long ReportBefore(long nowPs) => nowPs - (nowPs % reportPs);

    public long ReportAfter(long lastPs) => lastPs + reportPs;

    private RouteDecision Ask(int request, long nowPs)
    {
        View.At(nowPs);
        return router.Route(new RoutedRequest(request, trace.InputTokens[request], trace.OutputTokens[request], nowPs), View);
    }

    private void Send(int request, int replica, long nowPs)
    {
        if (CountsEnds)
        {
            View.Sent(replica, Tokens(request));
            router.Changed(replica, View);
        }
        _routed[replica].Receiver.Arrive(request, nowPs);
    }

    private void Refuse(int request, long nowPs)
    {
        ref RequestRecord record = ref records[request];
        record.Ledger.QueueCompute = nowPs - record.ArrivalPs;
        record.Status = RequestStatus.Rejected;
        record.FinishPs = nowPs;
        record.Replica = Nowhere;
    }

    private long Tokens(int request) => (long)trace.InputTokens[request] + trace.OutputTokens[request];
}
