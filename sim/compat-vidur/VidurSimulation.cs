namespace ELLM.Sim.Compat.Vidur;

/// <summary>Vidur's event loop.</summary>
/// <remarks>
/// Events run in the order of (time, number of creation). All arrivals are created first, in the order of the requests, so at equal
/// times they go before anything else. An arrival asks for routing, routing for scheduling of the replicas concerned, scheduling sends
/// batches to the first stage. A stage that ends schedules itself again first; then its batch goes on to the next stage, or ends,
/// updates its requests and schedules the replica, all at the same time. A scheduling that forms no batch waits for the next arrival
/// or batch end.
/// </remarks>
internal sealed class VidurSimulation
{
    private readonly VidurConfig _config;
    private readonly VidurIterationTime _time;
    private readonly VidurReplica[] _replicas;
    private readonly VidurRouter _router;
    private readonly IVidurObserver? _observer;
    private readonly PriorityQueue<VidurEvent, (double Time, long Number)> _events = new();
    private readonly List<VidurRequest> _arrived = [];
    private long _created;
    private double _now;

    public VidurSimulation(VidurConfig config, VidurMemoryPlan plan, VidurIterationTime time, IVidurObserver? observer)
    {
        _config = config;
        _time = time;
        _observer = observer;
        _router = new VidurRouter(config);
        _replicas = new VidurReplica[config.Replicas];
        for (int i = 0; i < _replicas.Length; i++)
            _replicas[i] = new VidurReplica(i, config, plan);
    }

    /// <summary>Batches that ended or still ran.</summary>
    public long Iterations { get; private set; }

    public double Now => _now;

    public IReadOnlyList<VidurReplica> Replicas => _replicas;

    public void Run(IReadOnlyList<VidurRequest> requests, CancellationToken cancel)
    {
        foreach (VidurRequest request in requests)
            Create(request.ArrivedAt, new VidurEvent(VidurEventKind.Arrival, Request: request));
        while (_events.TryDequeue(out VidurEvent happening, out (double Time, long Number) key))
        {
            cancel.ThrowIfCancellationRequested();
            _now = key.Time;
            Handle(happening);
            if (_config.TimeLimitS > 0 && _now > _config.TimeLimitS)
                break;
        }
    }

    private void Handle(in VidurEvent e)
    {
        switch (e.Kind)
        {
            case VidurEventKind.Arrival:
                _arrived.Add(e.Request!);
                Create(_now, new VidurEvent(VidurEventKind.Route));
                break;
            case VidurEventKind.Route:
                Route();
                break;
            case VidurEventKind.Schedule:
                Schedule(e.Replica);
                break;
            case VidurEventKind.StageArrival:
                _replicas[e.Replica].Enqueue(e.Stage, e.Batch!);
                Create(_now, new VidurEvent(VidurEventKind.StageSchedule, e.Replica, e.Stage));
                break;
            case VidurEventKind.StageSchedule:
                StartStage(e.Replica, e.Stage);
                break;
            case VidurEventKind.StageEnd:
                EndStage(e);
                break;
            default:
                EndBatch(e.Replica, e.Batch!);
                break;
        }
    }

    private void Route()
    {
        SortedSet<int> replicas = [];
        foreach ((int replica, VidurRequest request) in _router.Route(_arrived, _replicas))
        {
            request.Replica = replica;
            _replicas[replica].Scheduler.Add(request);
            replicas.Add(replica);
        }
        _arrived.Clear();
        foreach (int replica in replicas)
            Create(_now, new VidurEvent(VidurEventKind.Schedule, replica));
    }

    private void Schedule(int index)
    {
        VidurReplica replica = _replicas[index];
        List<VidurBatch> batches = replica.Scheduler.Schedule();
        if (batches.Count == 0)
            return;
        replica.Metrics.Memory(_now, replica.Scheduler);
        foreach (VidurBatch batch in batches)
        {
            Iterations++;
            batch.ScheduledAt = _now;
            foreach (VidurRequest request in batch.Requests)
                request.OnBatchScheduled(_now);
            _observer?.BatchScheduled(index, batch, replica.Scheduler.WaitingCount, replica.Scheduler.UsedBlocks);
            Create(_now, new VidurEvent(VidurEventKind.StageArrival, index, 0, batch));
        }
    }

    private void StartStage(int index, int stage)
    {
        VidurReplica replica = _replicas[index];
        if (replica.Start(stage) is not { } batch)
            return;
        double duration = _time.Seconds(batch, stage);
        foreach (VidurRequest request in batch.Requests)
            request.OnStageScheduled(_now, _config.Quirks);
        replica.Metrics.StageStart(_now, stage, batch, duration);
        Create(_now + duration, new VidurEvent(VidurEventKind.StageEnd, index, stage, batch, Duration: duration));
    }

    private void EndStage(in VidurEvent e)
    {
        VidurReplica replica = _replicas[e.Replica];
        replica.End(e.Stage);
        foreach (VidurRequest request in e.Batch!.Requests)
            request.OnStageEnd(_now, e.Duration);
        replica.Metrics.StageEnd(_now, e.Stage);
        Create(_now, new VidurEvent(VidurEventKind.StageSchedule, e.Replica, e.Stage));
        Create(_now, e.Stage == replica.Stages - 1
            ? new VidurEvent(VidurEventKind.BatchEnd, e.Replica, 0, e.Batch)
            : new VidurEvent(VidurEventKind.StageArrival, e.Replica, e.Stage + 1, e.Batch));
    }

    private void EndBatch(int index, VidurBatch batch)
    {
        VidurReplica replica = _replicas[index];
        for (int i = 0; i < batch.Requests.Count; i++)
            batch.Requests[i].OnBatchEnd(_now, batch.Tokens[i], _config.Quirks);
        replica.Scheduler.OnBatchEnd(batch);
        replica.Metrics.Memory(_now, replica.Scheduler);
        _observer?.BatchEnded(index, batch, _now);
        Create(_now, new VidurEvent(VidurEventKind.Schedule, index));
    }

    private void Create(double time, in VidurEvent e) => _events.Enqueue(e, (time, _created++));
}
