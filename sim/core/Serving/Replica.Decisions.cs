using ELLM.Sim.Memory;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <content>Asking the scheduler, and carrying out what it decides.</content>
public sealed partial class Replica
{
    /// <summary>Sequences whose prompt is not computed to its end, earliest first.</summary>
    private readonly List<int> _partial = [];
    /// <summary>Sequences in host memory, earliest arrival first.</summary>
    private readonly PriorityQueue<int, int> _parked = new();

    /// <summary>Sequences on their way back, in the order in which the link serves them.</summary>
    private readonly Queue<(int Slot, long EndPs)> _fetching = new();
    private long _linkFreePs;
    private readonly List<int> _held = [];
    private readonly List<int> _chunkSlots = [];
    private PrefillChunk[] _chunks = new PrefillChunk[16];

    /// <summary>Partial sequences before this index have their chunk for the iteration being prepared.</summary>
    private int _nextPartial;
    private long _transferStallPs;

    /// <summary>Prompt tokens of the iteration being prepared whose KV streams to the host, and how long the link takes for them.</summary>
    private int _streamedTokens;
    private long _streamPs;

    /// <summary>Preemptions since anybody's last token.</summary>
    private long _fruitlessPreemptions;

    internal int ParkedCount => _parked.Count;

    internal int FetchingCount => _fetching.Count;

    internal int HeldCount => _held.Count;

    internal int ResidentCount => Sequences.RunningCount + _fetching.Count;

    internal int PreparedTokens { get; private set; }

    internal int AdmittedThisRound { get; private set; }

    internal int PreemptedThisRound { get; private set; }

    internal int ResumedThisRound { get; private set; }

    internal int HeadTokens
    {
        get
        {
            ref RequestRecord record = ref _records[Queue.Head];
            return record.InputTokens + record.EmittedTokens;
        }
    }

    internal int UnfinishedPrefillTokens =>
        _nextPartial < _partial.Count ? Sequences[_partial[_nextPartial]].PrefillTokens - UnfinishedPrefillDone : 0;

    internal int UnfinishedPrefillDone =>
        _nextPartial < _partial.Count ? Sequences[_partial[_nextPartial]].PrefillDone : 0;

    internal bool NextStepFits => _memory.Horizon(1, LastKvTokens, 0) >= 1;

    internal bool CanResume
    {
        get
        {
            ref Sequence sequence = ref Sequences[_parked.Peek()];
            // One token more than it had, so that it does not come back only to find no room for the next. Alone it needs no watermark.
            int tokens = sequence.PrefillTokens + 1;
            return ResidentCount == 0
                ? _memory.CanExtend(sequence.Grant, tokens, Load(true, 1))
                : _memory.CanComplete(sequence.Grant, Demand(_records[sequence.Request], tokens), Load(true, 1));
        }
    }

    /// <summary>Tokens held by the latest running sequence, or -1 when it is not decoding.</summary>
    private int LastKvTokens
    {
        get
        {
            if (Sequences.Last < 0)
                return -1;
            ref Sequence last = ref Sequences[Sequences.Last];
            return last.Phase == SequencePhase.Decoding ? last.KvTokens(Decodes.Step) : -1;
        }
    }

    internal Admission CanAdmitHead(int chunk, int holdTokens, bool besideDecodes) =>
        _memory.CanAdmit(Demand(_records[Queue.Head], holdTokens), Load(besideDecodes, chunk));

    internal bool CanContinue(int chunk, int holdTokens) =>
        _memory.CanExtend(Sequences[_partial[_nextPartial]].Grant, holdTokens, Load(true, chunk));

    private IterationLoad Load(bool withDecodes, int moreTokens) =>
        new(withDecodes, PreparedTokens + moreTokens + (withDecodes ? Decodes.Count : 0));

    /// <summary>Tokens whose KV takes as much room as the layers in flight of a prompt that streams to the host.</summary>
    internal int StreamWindowTokens =>
        (int)(((long)HeadTokens * Math.Min(Limits.StreamWindowLayers, Limits.Layers) + Limits.Layers - 1) / Limits.Layers);

    internal bool HostFits(int tokens) => _host is not null && _host.Fits(tokens * _memory.BytesPerToken);

    internal long HostUsedBytes => _host?.UsedBytes ?? 0;

    internal long BytesPerToken => _memory.BytesPerToken;

    private Decision Decide(long nowPs)
    {
        PreparedTokens = AdmittedThisRound = PreemptedThisRound = ResumedThisRound = 0;
        _nextPartial = 0;
        _streamedTokens = 0;
        _streamPs = 0;
        _chunkSlots.Clear();
        SchedulerView view = new(this);
        // Each request can be taken away, brought back and scheduled: more decisions than that turn in a circle.
        long most = 64 + (4L * (Queue.Count + Sequences.RunningCount + _parked.Count));
        for (long asked = 0; asked < most; asked++)
        {
            Decision decision = _scheduler.Decide(view);
            switch (decision.Kind)
            {
                case DecisionKind.Admit:
                    Admit(decision, nowPs);
                    break;
                case DecisionKind.Continue:
                    Continue(decision);
                    break;
                case DecisionKind.Preempt:
                    Preempt(nowPs);
                    break;
                case DecisionKind.Resume:
                    Resume(nowPs);
                    break;
                case DecisionKind.Reject:
                    RejectHead(nowPs);
                    break;
                case DecisionKind.Idle:
                    RequireProgress(nowPs);
                    return decision;
                default:
                    return decision;
            }
        }
        throw new InvalidOperationException($"{_scheduler.GetType().Name} made {most} decisions at one boundary");
    }

    private void Admit(in Decision decision, long nowPs)
    {
        int request = Queue.Take();
        ref RequestRecord record = ref _records[request];
        bool again = record.Preemptions > 0;
        if (again)
            record.Ledger.Preempted += nowPs;
        else
            _clocks.LeaveQueue(ref record.Ledger, nowPs);
        if (record.FirstScheduledPs < 0)
            record.FirstScheduledPs = nowPs;
        _clocks.EnterPrefill(ref record.Ledger, again);

        int slot = Sequences.Open(request);
        ref Sequence sequence = ref Sequences[slot];
        sequence.Phase = SequencePhase.Prefilling;
        sequence.PrefillTokens = record.InputTokens + record.EmittedTokens;
        sequence.Emitted = record.EmittedTokens;
        sequence.OutputTokens = record.OutputTokens;
        // While a request waits for its recomputation, its record keeps the instant of its last token in FinishPs.
        sequence.LastTokenPs = record.FinishPs;
        sequence.Streams = decision.Streams;
        if (decision.Streams)
            Stream(ref sequence, Limits.Layers - decision.KeptLayers);
        KvDemand demand = Demand(record, decision.HoldTokens) with { Layers = decision.HoldLayers, KeptLayers = decision.KeptLayers };
        _memory.Admit(ref sequence.Grant, demand, Load(decision.WithDecodes, decision.Tokens));
        Sequences.Link(slot);
        _counters.MaxRunning = Math.Max(_counters.MaxRunning, Sequences.RunningCount);
        AdmittedThisRound++;
        AddChunk(slot, decision.Tokens);
        if (decision.Tokens < sequence.PrefillTokens)
        {
            _partial.Insert(_nextPartial, slot);
            _nextPartial++;
        }
    }

    private void Continue(in Decision decision)
    {
        int slot = _partial[_nextPartial++];
        _memory.Extend(ref Sequences[slot].Grant, decision.HoldTokens);
        AddChunk(slot, decision.Tokens);
    }

    private void AddChunk(int slot, int tokens)
    {
        ref Sequence sequence = ref Sequences[slot];
        int left = sequence.PrefillTokens - sequence.PrefillDone;
        if (tokens < 1 || tokens > left)
            throw new InvalidOperationException($"{_scheduler.GetType().Name} wants {tokens} prefill tokens of a sequence with {left} left");
        if (_chunkSlots.Count == _chunks.Length)
            Array.Resize(ref _chunks, _chunks.Length * 2);
        _chunks[_chunkSlots.Count] = new PrefillChunk(tokens, sequence.PrefillDone, tokens == left);
        _chunkSlots.Add(slot);
        PreparedTokens += tokens;
    }

    /// <summary>Takes the KV of the latest running sequence away: to the host when it may and can go there, else for good.</summary>
    private void Preempt(long nowPs)
    {
        int slot = Sequences.Last;
        ref Sequence sequence = ref Sequences[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        if (_chunkSlots.Contains(slot))
            throw new InvalidOperationException($"{_scheduler.GetType().Name} preempts a sequence it has just scheduled");
        RequireTokens(sequence.Request, nowPs);
        PreemptedThisRound++;
        _counters.Preemptions++;
        record.Preemptions++;
        bool decoding = sequence.Phase == SequencePhase.Decoding;
        int tokens = sequence.KvTokens(Decodes.Step);
        long bytes = tokens * _memory.BytesPerToken;
        bool park = decoding && Limits.SwapOut && _host is not null && _host.Fits(bytes);
        if (decoding)
        {
            _clocks.LeaveDecode(ref record.Ledger);
            StopDecoding(slot);
        }
        else
        {
            _clocks.LeavePrefill(ref record.Ledger, record.Preemptions > 1);
            _partial.Remove(slot);
        }
        _memory.Evict(ref sequence.Grant, decoding ? tokens : 0);
        _liveTokens -= tokens;
        Sequences.Unlink(slot);
        record.EmittedTokens = sequence.Emitted;
        if (park)
        {
            _host!.Take(bytes);
            _counters.SwappedOutBytes += bytes;
            _transferStallPs += _host.ToHostPs(bytes);
            sequence.AwayLayers = Limits.Layers;
            sequence.Phase = SequencePhase.Parked;
            record.Ledger.Parked -= nowPs;
            _parked.Enqueue(slot, sequence.Request);
            return;
        }
        record.RecomputedTokens += tokens;
        _counters.RecomputedTokens += tokens;
        record.Ledger.Preempted -= nowPs;
        record.FinishPs = sequence.LastTokenPs;
        if (Limits.RequeueBehind)
            Queue.Arrive(sequence.Request);
        else
            Queue.PutFirst(sequence.Request);
        Sequences.Close(slot);
    }

    private void RejectHead(long nowPs)
    {
        int request = Queue.Take();
        ref RequestRecord record = ref _records[request];
        if (record.Preemptions > 0)
            record.Ledger.Preempted += nowPs;
        else
            _clocks.LeaveQueue(ref record.Ledger, nowPs);
        EndRequest(request, RequestStatus.Rejected, nowPs);
    }

    /// <summary>Preempting and recomputing with no token in between would last for ever.</summary>
    private void RequireTokens(int request, long nowPs)
    {
        if (++_fruitlessPreemptions <= 64 + (8L * Limits.MaxNumSeqs))
            return;
        throw new InputException(
            $"no progress at {new Time.SimTime(nowPs)} s: the last {_fruitlessPreemptions} preemptions, now of request {request}, let nobody emit a token; {_memory.CapacityTokens - _memory.AllocatedTokens} of {_memory.CapacityTokens} KV tokens are free");
    }

    /// <summary>Idle with somebody waiting and nobody running would last for ever.</summary>
    private void RequireProgress(long nowPs)
    {
        if (Sequences.RunningCount > 0)
            throw new InvalidOperationException($"{_scheduler.GetType().Name} idles with {Sequences.RunningCount} running sequences");
        // On a shared GPU somebody else may hold the memory; GpuTurns sees whether anybody runs.
        if (Queue.Count + _parked.Count == 0 || _fetching.Count > 0 || _turns is not null)
            return;
        string who = _parked.Count > 0 ? $"request {Sequences[_parked.Peek()].Request} in host memory" : $"request {Queue.Head} ({HeadTokens} tokens)";
        throw new InputException(
            $"no progress at {new Time.SimTime(nowPs)} s: {who} waits for KV memory, of which {_memory.CapacityTokens - _memory.AllocatedTokens} of {_memory.CapacityTokens} tokens are free and nobody runs");
    }
}
