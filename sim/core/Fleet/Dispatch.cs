using ELLM.Sim.Serving;

namespace ELLM.Sim.Fleet;

/// <summary>Between the arrivals and the replicas: asks the router, keeps what it may look at, holds requests that wait there.</summary>
internal sealed class Dispatch(IRouter router, long reportPs)
{
    private readonly List<Replica> _routed = [];

    /// <summary>Engine -> index among those that requests are routed to.</summary>
    private readonly List<int> _indices = [];
    private readonly Queue<(int Request, int Row)> _held = new();

    private RouterView? _view;
    private RequestRecords? _requests;
    private long _nextReportPs;
    private bool _freed;

    public bool CountsEnds { get; } = router.Needs.HasFlag(RouterNeeds.Ends);

    /// <summary>The router reads reports that come at intervals.</summary>
    public bool Reports { get; } = router.Needs.HasFlag(RouterNeeds.Reports) && reportPs > 0;

    /// <summary>A request has ended while others wait for a place.</summary>
    public bool MayRelease => _freed && _held.Count > 0;

    private RouterView View => _view ?? throw new InvalidOperationException("the run has not begun");

    private RecordTable Records => _requests!.Table;

    public void Add(Replica replica)
    {
        if (replica.TakesRequests)
            _routed.Add(replica);
        _indices.Add(_routed.Count - 1);
    }

    /// <summary>All replicas are there.</summary>
    /// <param name="requests">Of a run whose replicas do not run apart.</param>
    public void Begin(RequestRecords requests)
    {
        _requests = requests;
        _view = new RouterView(_routed, Reports ? reportPs : 0);
        for (int i = 0; CountsEnds && i < _routed.Count; i++)
            router.Changed(i, _view);
    }

    /// <summary>The replica that gets a request, from a router that never lets one wait.</summary>
    public int Pick(in Arrival arrival)
    {
        View.At(arrival.ArrivalPs);
        RoutedRequest request = new(arrival.Row, arrival.InputTokens, arrival.OutputTokens, arrival.ArrivalPs);
        int replica = router.Route(request, View).Replica;
        return replica >= 0 ? replica : throw new InvalidOperationException("a router without needs keeps nothing back");
    }

    /// <summary>A request has arrived, and goes where the router sends it. Returns false when it is turned away, and has ended.</summary>
    /// <param name="row">Its place in the trace.</param>
    public bool Route(int request, int row, long nowPs)
    {
        RouteDecision decision = _held.Count > 0 ? RouteDecision.Wait : Ask(request, row, nowPs);
        if (decision != RouteDecision.Wait)
            return Send(request, decision, nowPs);
        _held.Enqueue((request, row));
        return true;
    }

    /// <summary>Those that wait are asked about again, in their order.</summary>
    public void Release(long nowPs)
    {
        _freed = false;
        while (_held.TryPeek(out (int Request, int Row) head))
        {
            RouteDecision decision = Ask(head.Request, head.Row, nowPs);
            if (decision == RouteDecision.Wait)
                return;
            _held.Dequeue();
            Send(head.Request, decision, nowPs);
        }
    }

    /// <summary>A request that was sent to a replica has ended there.</summary>
    public void Ended(int request)
    {
        int replica = _indices[Records[request].Replica];
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

    private RouteDecision Ask(int request, int row, long nowPs)
    {
        View.At(nowPs);
        ref RequestRecord record = ref Records[request];
        return router.Route(new RoutedRequest(row, record.InputTokens, record.OutputTokens, record.ArrivalPs), View);
    }

    private bool Send(int request, RouteDecision decision, long nowPs)
    {
        if (decision == RouteDecision.Refuse)
        {
            Refuse(request, nowPs);
            return false;
        }
        if (!CountsEnds)
        {
            _routed[decision.Replica].Receiver.Arrive(request, nowPs);
            return true;
        }
        long asked = Tokens(request);
        View.Sent(decision.Replica, asked);
        router.Changed(decision.Replica, View);
        _routed[decision.Replica].Receiver.Arrive(request, nowPs);
        // What is cut to the longest sequence that the engine takes will not be served, and is not counted when the request ends.
        if (Tokens(request) < asked)
        {
            View.Cut(decision.Replica, asked - Tokens(request));
            router.Changed(decision.Replica, View);
        }
        return true;
    }

    private void Refuse(int request, long nowPs)
    {
        ref RequestRecord record = ref Records[request];
        record.Ledger.QueueCompute = nowPs - record.ArrivalPs;
        record.Status = RequestStatus.Rejected;
        record.FinishPs = nowPs;
    }

    private long Tokens(int request) => (long)Records[request].InputTokens + Records[request].OutputTokens;
}
