using ELLM.Sim.Memory;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>One copy of the engine: the loop that forms a batch, runs it and forms the next.</summary>
/// <remarks>
/// <para>At every iteration boundary <see cref="Boundary"/> closes the span that ended, asks the <see cref="IScheduler"/> until it
/// says Run, and starts the next span: one iteration with prefill, or as many decode steps as hold the same decision. On a GPU
/// that engines share, <see cref="GpuTurns"/> says when.</para>
/// <para>Read on in Replica.Decisions.cs (what each decision does), Replica.Spans.cs (what happens when a span ends), Replica.Host.cs
/// (KV to the host and back), Replica.Pipeline.cs (stages shared with other virtual engines), Replica.Turns.cs (sharing a GPU) and
/// Replica.Observing.cs (what observers are told).</para>
/// </remarks>
public sealed partial class Replica
{
    private readonly int _index;
    private readonly IScheduler _scheduler;
    private readonly IKvMemory _memory;
    private readonly HostKv? _host;
    private readonly ITimeModel _time;
    private readonly RequestRecord[] _records;
    private readonly EventQueue _events;
    private readonly IServingObserver? _observer;
    private readonly ReplicaOptions _options;
    private readonly PipelineStage _stage = new();
    private readonly LatencyClocks _clocks = new();
    private readonly Action<int, long>? _ended;
    private readonly GpuTurns? _turns;
    private int _version;
    private bool _wakeScheduled;
    private bool _blockedByMemory;
    private RunCounters _counters;

    internal Replica(EngineParts parts, ReplicaSeat seat)
    {
        _index = seat.Index;
        _records = seat.Records;
        _events = seat.Events;
        _ended = seat.Ended;
        Limits = parts.Limits;
        _scheduler = parts.Scheduler;
        _memory = parts.Memory;
        _host = parts.Host;
        _pipeline = parts.Pipeline;
        _time = parts.Pipeline?.Time ?? parts.Time;
        _turns = parts.Turns;
        _options = parts.Options;
        _observer = parts.Observer;
        Decodes = new DecodeSet(Sequences);
        _pipeline?.Join(this);
    }

    public RunCounters Counters => _counters;

    /// <summary>Requests that arrived here, at any of its virtual engines, and have not ended.</summary>
    public int Outstanding => _pipeline?.Outstanding ?? OwnOutstanding;

    internal EngineLimits Limits { get; }

    internal long NowPs { get; private set; }

    internal WaitingQueue Queue { get; } = new();

    internal SequenceTable Sequences { get; } = new();

    internal DecodeSet Decodes { get; }

    /// <summary>A request arrives. It is looked at when the running span reaches its next boundary, or at once by an idle replica.</summary>
    public void Arrive(int request, long nowPs)
    {
        ref RequestRecord record = ref _records[request];
        record.ArrivalPs = nowPs;
        record.Replica = (ushort)_index;
        OwnOutstanding++;
        if (!CanEverServe(ref record))
        {
            EndRequest(request, RequestStatus.Rejected, nowPs);
            return;
        }
        _pipeline?.Interrupt(nowPs);
        bool wasEmpty = Queue.Count == 0;
        Queue.Arrive(request);
        _counters.MaxWaiting = Math.Max(_counters.MaxWaiting, Queue.Count);
        _clocks.EnterQueue(ref record.Ledger, nowPs);
        if (!_stage.Busy)
        {
            if (!_wakeScheduled)
                _events.Schedule(nowPs, new SimEvent(SimEventKind.ReplicaWake, _index, _version));
            _wakeScheduled = true;
        }
        else if (wasEmpty || _observer is not null)
        {
            // With somebody waiting already, the head of the queue is what decides, and it has not changed: only an observer,
            // who is told how many wait, needs the boundary.
            CutSpan(nowPs);
        }
    }

    /// <summary>An event for this replica. Returns false for a stale one, which is ignored.</summary>
    public bool Handle(in SimEvent item, long nowPs)
    {
        if (item.Kind == SimEventKind.ReplicaWake)
            _wakeScheduled = false;
        if (item.Kind == SimEventKind.FetchEnd)
            CutSpan(nowPs);
        bool current = item.Kind == SimEventKind.SpanEnd ? item.Version == _version : !_stage.Busy;
        if (current)
            Boundary(nowPs);
        return current;
    }

    private void Boundary(long nowPs)
    {
        NowPs = nowPs;
        _turns?.At(nowPs);
        if (_stage.Busy)
            FinishSpan(nowPs);
        if (_fetching.Count > 0)
            ReturnFetched(nowPs);
        if (_options.Check)
            CheckInvariants();
        if (_turns is null)
            FormBatch(nowPs);
        else
            _turns.AtBoundary(this, nowPs);
    }

    /// <summary>Asks the scheduler and starts what it decides. Returns whether something runs.</summary>
    internal bool FormBatch(long nowPs)
    {
        NowPs = nowPs;
        Decision decision = Decide(nowPs);
        _blockedByMemory = decision.Blocked == Blocked.Memory;
        _clocks.SetBlocked(nowPs, _blockedByMemory);
        bool runs = decision.Kind == DecisionKind.Run;
        if (runs)
            StartSpan(decision, nowPs);
        else
            SampleIfDue(nowPs, 0);
        return runs;
    }

    private void ScheduleSpanEnd() =>
        _events.Schedule(_stage.EndPs, new SimEvent(SimEventKind.SpanEnd, _index, ++_version));

    private bool CanEverServe(ref RequestRecord record)
    {
        if (record.InputTokens > Limits.MaxModelLen || record.InputTokens > Limits.MaxPrefillTokens)
            return false;
        int room = Math.Max(1, Limits.MaxModelLen - record.InputTokens);
        if (record.OutputTokens > room)
        {
            record.OutputTokens = room;
            record.Clipped = true;
        }
        return _memory.CouldHold(Demand(record, record.InputTokens));
    }

    private void EndRequest(int request, RequestStatus status, long nowPs)
    {
        ref RequestRecord record = ref _records[request];
        record.Status = status;
        record.FinishPs = nowPs;
        OwnOutstanding--;
        _observer?.Ended(request, record);
        _ended?.Invoke(request, nowPs);
    }

    private static KvDemand Demand(in RequestRecord record, int tokens) =>
        new(tokens, record.InputTokens + record.OutputTokens - 1, record.OutputTokens);
}
