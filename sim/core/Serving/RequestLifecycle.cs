namespace ELLM.Sim.Serving;

/// <summary>The life of requests in an engine: the one place where a request's phase, its time ledger and its record change.</summary>
/// <remarks>
/// <code>
///              Admit              StartDecoding              Finish
///  waiting -----------> Prefilling ------------> Decoding -----------> ended, or Held until its batch ends
///    ^  |                 |    |                  |   |
///    |  +- RejectHead     |    +----- Park -------|---+     streamed to the host; swapped out
///    |      -> ended      |                       |   v
///    +------ Requeue -----+-----------------------+  Parked --- Fetch --> Fetching
///                                                     |                     |
///                                                     +------ Return -------+--> Decoding
/// </code>
/// <para><see cref="Preempt"/> comes before Requeue and Park of what ran, <see cref="FinishPrompt"/> before what a prompt goes on to.
/// A request that fits nowhere ends when it arrives.</para>
/// <para>A waiting request holds nothing and has no sequence. Terms of the ledger run from a phase's beginning to its end: the queue
/// terms while it waits, <c>Preempted</c> while it waits again, <c>Prefill</c> or <c>Recompute</c>, <c>Decode</c> with
/// <c>PrefillInterference</c>, <c>Parked</c> until it returns; stalls and <c>GpuWait</c> beside those that compute.</para>
/// </remarks>
internal sealed class RequestLifecycle(EngineState state, ReplicaSeat seat, IServingObserver? observer)
{
    private readonly RecordTable _records = seat.Records;
    private readonly EngineLimits _limits = state.Limits;
    private readonly ILatencyScheduler? _follower = state.Scheduler as ILatencyScheduler;
    private readonly WaitingQueue _queue = state.Queue;
    private readonly RunningSequences _running = state.Running;
    private readonly LatencyClocks _clocks = state.Clocks;
    private int _mostWaiting;
    private long _preemptions;
    private long _recomputedTokens;

    /// <summary>Requests that arrived and have not ended.</summary>
    public int Outstanding { get; private set; }

    /// <summary>The request at the head of the queue; only while there is one.</summary>
    public ref RequestRecord Head => ref _records[_queue.Head];

    /// <summary>When that request arrived; -1 when there is none or it has had its first token.</summary>
    public long HeadArrivalPs => _queue.Count == 0 || Head.FirstTokenPs >= 0 ? -1 : Head.ArrivalPs;

    public ref RequestRecord RecordOf(int slot) => ref _records[_running.Table[slot].Request];

    /// <summary>A request joins the queue. Returns false when it can never be served, and has ended.</summary>
    /// <remarks>What it waited before it came here, at a router, counts as waiting for a place in the batch.</remarks>
    public bool Arrive(int request, long nowPs)
    {
        ref RequestRecord record = ref _records[request];
        if (record.ArrivalPs < 0)
            record.ArrivalPs = nowPs;
        record.Ledger.QueueCompute += nowPs - record.ArrivalPs;
        record.Replica = (ushort)seat.Index;
        Outstanding++;
        if (!CanEverServe(ref record))
        {
            End(request, RequestStatus.Rejected, nowPs);
            return false;
        }
        _queue.Arrive(request);
        _mostWaiting = Math.Max(_mostWaiting, _queue.Count);
        _clocks.EnterQueue(ref record.Ledger, nowPs);
        return true;
    }

    /// <summary>The head of the queue can never be served.</summary>
    public void RejectHead(long nowPs)
    {
        int request = _queue.Take();
        LeaveQueue(ref _records[request], nowPs);
        End(request, RequestStatus.Rejected, nowPs);
    }

    /// <summary>The head of the queue becomes a sequence. Returns its slot.</summary>
    public int Admit(long nowPs)
    {
        int request = _queue.Take();
        ref RequestRecord record = ref _records[request];
        LeaveQueue(ref record, nowPs);
        if (record.FirstScheduledPs < 0)
            record.FirstScheduledPs = nowPs;
        _clocks.EnterPrefill(ref record.Ledger, again: record.Preemptions > 0);

        int slot = _running.Table.Open(request);
        ref Sequence sequence = ref _running.Table[slot];
        sequence.Phase = SequencePhase.Prefilling;
        sequence.PrefillTokens = record.PrefillTokens;
        sequence.Emitted = record.EmittedTokens;
        sequence.OutputTokens = record.OutputTokens;
        sequence.LastTokenPs = record.FinishPs;
        return slot;
    }

    /// <summary>A sequence that has just been admitted finds tokens in memory: <paramref name="again"/> of them a preemption took.</summary>
    public void Find(int slot, int tokens, int again)
    {
        _running.Table[slot].PrefillDone = tokens;
        _running.Computed(tokens);
        RecordOf(slot).RecomputedTokens -= again;
        _recomputedTokens -= again;
    }

    /// <summary>A running sequence is preempted: <see cref="Requeue"/> or <see cref="Park"/> follows.</summary>
    public void Preempt(int slot)
    {
        ref Sequence sequence = ref _running.Table[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        if (sequence.Phase == SequencePhase.Decoding)
            StopDecoding(slot);
        else
            _clocks.LeavePrefill(ref record.Ledger, again: record.Preemptions > 0);
        _preemptions++;
        record.Preemptions++;
        record.EmittedTokens = sequence.Emitted;
    }

    /// <summary>A preempted sequence waits to be computed again.</summary>
    /// <param name="lostTokens">Tokens that it had in the KV cache.</param>
    public void Requeue(int slot, int lostTokens, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        record.RecomputedTokens += lostTokens;
        _recomputedTokens += lostTokens;
        record.Ledger.Preempted -= nowPs;
        record.FinishPs = sequence.LastTokenPs;
        if (_limits.RequeueBehind)
            _queue.Arrive(sequence.Request);
        else if (_limits.RequeueAfterRound)
            _queue.PutFirstNextRound(sequence.Request);
        else
            _queue.PutFirst(sequence.Request);
        _running.Table.Close(slot);
    }

    /// <summary>A sequence waits in host memory.</summary>
    public void Park(int slot, long nowPs)
    {
        _running.Table[slot].Phase = SequencePhase.Parked;
        RecordOf(slot).Ledger.Parked -= nowPs;
    }

    /// <summary>A parked sequence is on its way back.</summary>
    public void Fetch(int slot) => _running.Table[slot].Phase = SequencePhase.Fetching;

    /// <summary>A parked or fetched sequence has all its KV on the GPU again: it decodes from the next step on.</summary>
    public void Return(int slot, long nowPs)
    {
        RecordOf(slot).Ledger.Parked += nowPs;
        _running.Link(slot);
        StartDecoding(slot, _running.Table[slot].LastTokenPs, nowPs);
    }

    /// <summary>The last chunk of a prompt has emitted a token. Returns the TTFT; -1 after a recomputation: it is not the first.</summary>
    public long FinishPrompt(int slot, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        _clocks.LeavePrefill(ref record.Ledger, again: record.Preemptions > 0);
        sequence.Emitted++;
        long previousPs = sequence.LastTokenPs;
        sequence.LastTokenPs = nowPs;
        if (record.FirstTokenPs < 0)
        {
            record.FirstTokenPs = nowPs;
            return nowPs - record.ArrivalPs;
        }
        observer?.Gaps(nowPs - previousPs, 1);
        return -1;
    }

    public void StartDecoding(int slot, long lastTokenPs, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        sequence.Phase = SequencePhase.Decoding;
        _clocks.EnterDecode(ref record.Ledger);
        _running.StartDecoding(slot, lastTokenPs);
        if (_follower is null)
            return;
        long spentPs = _clocks.DecodeSpent(record.Ledger);
        _follower.Joined(new DecodeStart(slot, _running.Decodes.Step, sequence.Emitted, sequence.OutputTokens, spentPs, nowPs));
    }

    public void StopDecoding(int slot)
    {
        ref Sequence sequence = ref _running.Table[slot];
        _clocks.LeaveDecode(ref _records[sequence.Request].Ledger);
        _running.StopDecoding(slot);
        _follower?.Left(slot, sequence.Emitted, finished: sequence.Emitted == sequence.OutputTokens);
    }

    /// <summary>A sequence has emitted its last token.</summary>
    /// <param name="liveTokens">What it has on the GPU.</param>
    /// <param name="grownTokens">What its memory has grown to; 0 when it never decoded.</param>
    public void Finish(int slot, int liveTokens, int grownTokens, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        int request = sequence.Request;
        _records[request].EmittedTokens = sequence.Emitted;
        if (_limits.HoldUntilBatchEnds)
        {
            sequence.Phase = SequencePhase.Held;
            _running.Hold(slot, liveTokens);
        }
        else
        {
            _running.Close(slot, liveTokens, grownTokens);
        }
        End(request, RequestStatus.Finished, nowPs);
    }

    public void AddTo(ref RunCounters sum)
    {
        sum.Preemptions += _preemptions;
        sum.RecomputedTokens += _recomputedTokens;
        sum.MaxRunning = Math.Max(sum.MaxRunning, _running.Most);
        sum.MaxWaiting = Math.Max(sum.MaxWaiting, _mostWaiting);
    }

    private bool CanEverServe(ref RequestRecord record)
    {
        if (record.InputTokens > _limits.LongestPrompt || record.InputTokens > _limits.MaxPrefillTokens)
            return false;
        int room = Math.Max(1, _limits.MaxModelLen - record.InputTokens);
        if (record.OutputTokens > room)
        {
            record.OutputTokens = room;
            record.Clipped = true;
        }
        return _running.Memory.CouldHold(record.Demand(record.InputTokens));
    }

    private void LeaveQueue(ref RequestRecord record, long nowPs)
    {
        if (record.Preemptions > 0)
            record.Ledger.Preempted += nowPs;
        else
            _clocks.LeaveQueue(ref record.Ledger, nowPs);
    }

    private void End(int request, RequestStatus status, long nowPs)
    {
        ref RequestRecord record = ref _records[request];
        record.Status = status;
        record.FinishPs = nowPs;
        Outstanding--;
        observer?.Ended(request, record);
        seat.Ended?.Invoke(request, nowPs);
    }
}
