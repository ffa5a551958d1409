using ELLM.Sim.Memory;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>All that a scheduler may know, read-only. "This round" is since the last iteration ended.</summary>
/// <remarks>Reads the engine's parts as they are when it is asked.</remarks>
public readonly struct SchedulerView
{
    private readonly EngineLimits _limits;
    private readonly ITimeModel _time;
    private readonly WaitingQueue _queue;
    private readonly RequestLifecycle _requests;
    private readonly RunningSequences _running;
    private readonly FormingBatch _batch;
    private readonly HostTraffic _host;

    internal SchedulerView(EngineState state, ITimeModel time, RequestLifecycle requests)
    {
        _limits = state.Limits;
        _time = time;
        _queue = state.Queue;
        _requests = requests;
        _running = state.Running;
        _batch = state.Batch;
        _host = state.Host;
    }

    /// <summary>Requests in the queue, preempted ones included, those passed in this round not.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Requests at its head that this round has passed.</summary>
    public int PassedThisRound => _queue.Aside;

    /// <summary>Prompt tokens of the head of the queue, plus what it had generated before a preemption.</summary>
    public int HeadTokens => _requests.Head.PrefillTokens;

    /// <summary>Of these, tokens that are in memory as part of a cached prefix: they are held, not computed. Never all of them.</summary>
    public int HeadCached => _running.Prefixes?.Find(_queue.Head, HeadTokens) ?? 0;

    /// <summary>When the head of the queue arrived; -1 when the queue is empty or the head has had its first token.</summary>
    public long HeadArrivalPs => _requests.HeadArrivalPs;

    /// <summary>Admitted sequences that hold GPU memory and are not finished.</summary>
    public int Running => _running.Count;

    public int Decoding => _running.Decodes.Count;

    /// <summary>Sequences whose KV is in host memory.</summary>
    public int Parked => _host.Parked;

    /// <summary>Sequences whose KV is on its way back; they hold GPU memory already.</summary>
    public int Fetching => _host.Fetching;

    /// <summary>Finished sequences whose memory is held until their batch ends.</summary>
    public int Held => _running.HeldCount;

    /// <summary>Tokens that the next partly prefilled sequence still has to compute; 0 when each has its chunk of this round.</summary>
    public int UnfinishedPrefillTokens =>
        _batch.NextUnfinished is >= 0 and int slot ? _running.Table[slot].PrefillTokens - _running.Table[slot].PrefillDone : 0;

    /// <summary>Tokens of that sequence that are in the KV cache.</summary>
    public int UnfinishedPrefillDone => _batch.NextUnfinished is >= 0 and int slot ? _running.Table[slot].PrefillDone : 0;

    /// <summary>Prefill tokens in the iteration being prepared.</summary>
    public int PreparedTokens => _batch.Tokens;

    public int AdmittedThisRound => _batch.Admitted;

    public int PreemptedThisRound => _batch.Preempted;

    public int ResumedThisRound => _batch.Resumed;

    public int MaxNumSeqs => _limits.MaxNumSeqs;

    public int MaxNumBatchedTokens => _limits.MaxNumBatchedTokens;

    /// <summary>Layers of the model.</summary>
    public int Layers => _limits.Layers;

    /// <summary>Layers on the GPU while others go to the host: one computed, one copied.</summary>
    public int WindowLayers => _limits.StreamWindowLayers;

    /// <summary>Tokens whose KV takes the room that the head of the queue needs on the GPU while its KV streams to the host.</summary>
    public int StreamWindowTokens => WindowOf(HeadTokens);

    public long KvBytesPerToken => _running.Memory.BytesPerToken;

    public long HostUsedBytes => _host.UsedBytes;

    /// <summary>Decode steps done since the start of the run.</summary>
    public long DecodeStep => _running.Decodes.Step;

    /// <summary>The instant of this boundary.</summary>
    public long NowPs => _batch.NowPs;

    /// <summary>End of the last decode step that any of the present decodes took part in; now, when all have joined since.</summary>
    public long LastStepEndPs => _running.LastTokens.StepEndPs(Decoding, NowPs);

    /// <summary>How long the next steps take if only the present decodes run.</summary>
    public StepSeries NextSteps
    {
        get
        {
            DecodeBatch batch = _running.NextStep;
            return _time.Decode(batch).Steps(batch);
        }
    }

    /// <summary>Duration of the prefill iteration as prepared so far with the head of the queue in it, by the time model.</summary>
    /// <remarks>Of the whole prompt: what is cached of it can be gone when decodes have run.</remarks>
    public long PrefillPs => _time.Mixed(_batch.With(new PrefillChunk(HeadTokens, 0, Samples: true)), default);

    /// <summary>Whether the decoding sequences' next tokens find memory, by the memory's own rule.</summary>
    public bool NextStepFits => _running.Memory.Horizon(1, _running.LastKvTokens, 0) >= 1;

    /// <summary>Whether the earliest parked sequence fits back.</summary>
    public bool CanResume => CanResumeBeside(0);

    /// <summary>Whether the earliest parked sequence fits back and leaves room for a prompt that streams; alone it need not.</summary>
    /// <param name="promptTokens">Of that prompt, whose activations and layers in flight find room; 0: none.</param>
    public bool CanResumeBeside(int promptTokens)
    {
        int slot = _host.EarliestParked;
        ref Sequence sequence = ref _running.Table[slot];
        IterationLoad load = _batch.Load(true, 1);
        // One token more than it had, so that it does not come back only to find no room for the next. Alone it needs no watermark.
        int tokens = sequence.PrefillTokens + 1;
        if (_running.Count + _host.Fetching == 0)
            return _running.Memory.CanExtend(sequence.Grant, tokens, load);
        // vLLM's can_swap_in: the blocks that it left with, and one more for its next token whether it needs one or not.
        int spare = _limits.SpareBlockTokens;
        if (spare > 0)
            tokens = Math.Max(tokens, (((sequence.PrefillTokens - 1 + spare) / spare) + 1) * spare);
        if (promptTokens > load.Tokens)
            load = load with { Tokens = promptTokens };
        return _running.Memory.CanComplete(sequence.Grant, _requests.RecordOf(slot).Demand(tokens + WindowOf(promptTokens)), load);
    }

    /// <summary>Whether the head fits.</summary>
    /// <param name="chunk">Prompt tokens this iteration would compute for it.</param>
    /// <param name="holdTokens">Tokens to have memory for from now on.</param>
    /// <param name="besideDecodes">The decodes run in the same iteration and take what they need first.</param>
    public Admission CanAdmitHead(int chunk, int holdTokens, bool besideDecodes) =>
        _running.Memory.CanAdmit(_requests.Head.Demand(holdTokens, _queue.Head), _batch.Load(besideDecodes, chunk));

    /// <summary>Whether the GPU has room for the head's layers in flight while it streams; it shares no cached prefix then.</summary>
    /// <param name="watermark">Beside the watermark.</param>
    public bool CanStreamHead(bool watermark) => _running.Memory.CanAdmit(
        _requests.Head.Demand(StreamWindowTokens) with { Passing = !watermark }, _batch.Load(false, HeadTokens)) == Admission.Now;

    /// <summary>Whether the head fits with that many layers during its prefill, and those kept after it.</summary>
    public Admission CanAdmitHeadByLayer(int holdLayers, int keptLayers) => _running.Memory.CanAdmit(
        _requests.Head.Demand(HeadTokens) with { Layers = holdLayers, KeptLayers = keptLayers },
        _batch.Load(false, HeadTokens));

    /// <summary>Whether the unfinished prefill finds memory to hold so many tokens, <paramref name="chunk"/> of them new.</summary>
    public bool CanContinue(int chunk, int holdTokens) =>
        _running.Memory.CanExtend(_running.Table[_batch.NextUnfinished].Grant, holdTokens, _batch.Load(true, chunk));

    /// <summary>Whether host memory has room for the KV of that many tokens.</summary>
    public bool HostFits(int tokens) => _host.Fits(tokens);

    /// <summary>Whether host memory has room for that many layers of so many tokens.</summary>
    public bool HostFitsLayers(int tokens, int layers) => _host.Fits(tokens, layers);

    /// <summary>Least layers of the head's prompt to keep so that the link, after what it copies already, has the others in time.</summary>
    /// <returns>-1 when not even one layer can go.</returns>
    public int LayersToKeep(long withinPs) => _host.LayersToKeep(HeadTokens, withinPs);

    private int WindowOf(int tokens) =>
        (int)(((long)tokens * Math.Min(_limits.StreamWindowLayers, _limits.Layers) + _limits.Layers - 1) / _limits.Layers);
}
