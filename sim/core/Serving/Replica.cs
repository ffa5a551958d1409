using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>One copy of the engine: the loop that forms a batch, runs it and forms the next.</summary>
/// <remarks>
/// <para>At every iteration boundary: finish the span that ended (<see cref="BatchExecution"/>, <see cref="SpanCompletion"/>), ask the
/// <see cref="IScheduler"/> until it says Run (<see cref="DecisionExecution"/>), run the next span: one iteration with prefill, or
/// as many decode steps as hold the same decision. On a GPU that engines share, <see cref="GpuTurns"/> says when.</para>
/// <para>Requests go through their phases in <see cref="RequestLifecycle"/>; the parts that all of this acts on are the
/// <see cref="EngineState"/>.</para>
/// </remarks>
public sealed class Replica
{
    private readonly ReplicaSeat _seat;
    private readonly EngineParts _parts;
    private readonly EngineState _state;
    private readonly RequestLifecycle _requests;
    private readonly DecisionExecution _decisions;
    private readonly BatchExecution _execution;
    private readonly SpanCompletion _completion;
    private readonly SpanReporter? _reporter;
    private readonly ILatencyScheduler? _follower;
    private readonly ProgressGuard _progress;
    private readonly RunningSpan _span;
    private int _version;
    private bool _wakeScheduled;
    private bool _memoryBlocked;
    private long _inLineSincePs;

    internal Replica(EngineParts parts, ReplicaSeat seat)
    {
        _seat = seat;
        _parts = parts;
        _follower = parts.Scheduler as ILatencyScheduler;
        _state = EngineState.Of(parts, seat);
        _requests = new RequestLifecycle(_state, seat, parts.Observer);
        _progress = new ProgressGuard(_state, _requests);
        SchedulerView view = new(_state, parts.Pipeline?.Time ?? parts.Time, _requests);
        _decisions = new DecisionExecution(_state, view, _requests, _progress);
        _completion = new SpanCompletion(_state, _requests, _progress);
        if (parts.Observer is { } observer)
            _reporter = new SpanReporter(observer, _state, seat.Index);
        _execution = new BatchExecution(parts, _state, _reporter);
        _span = _execution.Span;
        parts.Pipeline?.Join(this);
    }

    /// <summary>Requests that arrived here, at any of its virtual engines, and have not ended.</summary>
    public int Outstanding => _parts.Pipeline?.Outstanding ?? OwnOutstanding;

    /// <summary>Time integral of the live KV tokens while the engine stood in line for a shared GPU: no span covers it.</summary>
    /// <remarks>Token-picoseconds.</remarks>
    public Int128 LiveInLine { get; private set; }

    public RunCounters Counters
    {
        get
        {
            RunCounters sum = default;
            AddTo(ref sum);
            return sum;
        }
    }

    /// <summary>Requests that arrived at this virtual engine and have not ended.</summary>
    internal int OwnOutstanding => _requests.Outstanding;

    /// <summary>Whether requests are routed here: to a replica, and to the first of its virtual engines on behalf of all.</summary>
    internal bool TakesRequests => _parts.Pipeline is null || _parts.Pipeline.First == this;

    /// <summary>The engine that gets a request which is routed here.</summary>
    internal Replica Receiver => _parts.Pipeline is null ? this : _parts.Pipeline.TakeTurn();

    /// <summary>Requests or sequences that could run here, were there memory.</summary>
    internal bool HasWork => _state.Queue.Count + _state.Running.Count + _state.Host.Parked > 0;

    internal HostTraffic Host => _state.Host;

    /// <summary>What it would report at an instant: all of its virtual engines together, and every step that ended before.</summary>
    internal EngineReport ReportAt(long nowPs) => _parts.Pipeline?.ReportAt(nowPs) ?? OwnReportAt(nowPs);

    /// <summary>The same of this virtual engine alone.</summary>
    internal EngineReport OwnReportAt(long nowPs)
    {
        RunningSequences running = _state.Running;
        long grown = _span.Busy && _span.WithDecodes ? _span.StepsBefore(nowPs) * running.Decodes.Count : 0;
        return new EngineReport(_state.Queue.Count, running.Count, running.LiveTokens + grown, running.Memory.CapacityTokens);
    }

    /// <summary>A request arrives. It is looked at when the running span reaches its next boundary, or now by an idle replica.</summary>
    public void Arrive(int request, long nowPs)
    {
        bool wasEmpty = _state.Queue.Count == 0;
        if (!_requests.Arrive(request, nowPs))
            return;
        _parts.Pipeline?.Interrupt(nowPs);
        if (!_span.Busy)
        {
            if (!_wakeScheduled)
                _seat.Events.Schedule(nowPs, new SimEvent(SimEventKind.ReplicaWake, _seat.Index, _version));
            _wakeScheduled = true;
        }
        else if (wasEmpty || _reporter is not null || _parts.Scheduler.LooksPastHead)
        {
            // With a request waiting already, the head of the queue is what decides, and it has not changed: only an observer,
            // who is told how many wait, needs the boundary.
            CutSpan(nowPs);
        }
    }

    /// <summary>An event for this replica. Returns false for a stale one, which is ignored.</summary>
    public bool Handle(in SimEvent item, long nowPs)
    {
        if (item.Kind == SimEventKind.ReplicaWake)
            _wakeScheduled = false;
        if (_reporter is not null)
            _reporter.Cause = item.Kind;
        if (item.Kind == SimEventKind.FetchEnd)
            CutSpan(nowPs);
        bool current = item.Kind == SimEventKind.SpanEnd ? item.Version == _version : !_span.Busy;
        if (current)
            Boundary(nowPs);
        return current;
    }

    /// <summary>Asks the scheduler and starts what it decides. Returns whether something runs.</summary>
    internal bool FormBatch(long nowPs)
    {
        Decision decision = _decisions.Ask(nowPs);
        bool runs = decision.Kind == DecisionKind.Run;
        if (!runs)
            _progress.Idle(others: _parts.Turns is not null, nowPs);
        _memoryBlocked = decision.Blocked == Blocked.Memory;
        _state.Clocks.SetBlocked(nowPs, _memoryBlocked);
        if (!runs)
        {
            _reporter?.Begin(nowPs, 0);
            return false;
        }
        bool alone = _parts.Pipeline?.IsAlone(this) != false && _parts.Turns?.Contended != true;
        _execution.Start(decision, alone, nowPs);
        ScheduleSpanEnd();
        return true;
    }

    /// <summary>The running span ends at its first step boundary at or after an instant, if that is sooner.</summary>
    internal void CutSpan(long ps)
    {
        if (_execution.Cut(ps))
            ScheduleSpanEnd();
    }

    /// <summary>The engine joins the line for the GPU it shares.</summary>
    internal void JoinLine(long nowPs)
    {
        _inLineSincePs = nowPs;
        _state.Clocks.SetInLine(nowPs, inLine: true);
    }

    /// <summary>Its turn has come. Returns false when nothing of the engine's can run, for want of memory that others hold.</summary>
    internal bool TakeTurn(long nowPs)
    {
        _state.Clocks.SetInLine(nowPs, inLine: false);
        LiveInLine += Math.BigMul(nowPs - _inLineSincePs, _state.Running.LiveTokens);
        return FormBatch(nowPs);
    }

    internal void AddTo(ref RunCounters sum)
    {
        _execution.AddTo(ref sum);
        _requests.AddTo(ref sum);
        _state.Host.AddTo(ref sum);
        if (_state.Running.Prefixes is { } prefixes)
            sum.Prefixes.Add(prefixes.Counters);
    }

    private void Boundary(long nowPs)
    {
        _parts.Turns?.At(nowPs);
        if (_span.Busy)
            FinishSpan(nowPs);
        if (_state.Host.Fetching > 0)
            _decisions.ReturnFetched(nowPs);
        if (_parts.Options.Check)
            EngineInvariants.Check(_state.Running, _state.Host);
        if (_parts.Turns is null)
            FormBatch(nowPs);
        else
            _parts.Turns.AtBoundary(this, nowPs);
    }

    private void FinishSpan(long nowPs)
    {
        _execution.Finish(_memoryBlocked, nowPs);
        IterationOutcome outcome = _completion.Complete(_span, nowPs);
        _follower?.Ended(outcome);
    }

    private void ScheduleSpanEnd() =>
        _seat.Events.Schedule(_span.EndPs, new SimEvent(SimEventKind.SpanEnd, _seat.Index, ++_version));
}
