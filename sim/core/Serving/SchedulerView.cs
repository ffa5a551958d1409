using ELLM.Sim.Memory;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>All that a scheduler may know, read-only. "This round" is since the last iteration ended.</summary>
public readonly struct SchedulerView
{
    private readonly Replica _replica;

    internal SchedulerView(Replica replica) => _replica = replica;

    /// <summary>Requests in the queue, preempted ones included.</summary>
    public int Waiting => _replica.Queue.Count;

    /// <summary>Prompt tokens of the head of the queue, plus what it had generated before a preemption.</summary>
    public int HeadTokens => _replica.HeadTokens;

    /// <summary>Admitted sequences that hold GPU memory and are not finished.</summary>
    public int Running => _replica.Sequences.RunningCount;

    public int Decoding => _replica.Decodes.Count;

    /// <summary>Sequences whose KV is in host memory.</summary>
    public int Parked => _replica.ParkedCount;

    /// <summary>Sequences whose KV is on its way back; they hold GPU memory already.</summary>
    public int Fetching => _replica.FetchingCount;

    /// <summary>Finished sequences whose memory is held until their batch ends.</summary>
    public int Held => _replica.HeldCount;

    /// <summary>Tokens that the next partly prefilled sequence still has to compute; 0 when none is left without a chunk this round.</summary>
    public int UnfinishedPrefillTokens => _replica.UnfinishedPrefillTokens;

    /// <summary>Tokens of that sequence that are in the KV cache.</summary>
    public int UnfinishedPrefillDone => _replica.UnfinishedPrefillDone;

    /// <summary>Prefill tokens in the iteration being prepared.</summary>
    public int PreparedTokens => _replica.PreparedTokens;

    public int AdmittedThisRound => _replica.AdmittedThisRound;

    public int PreemptedThisRound => _replica.PreemptedThisRound;

    public int ResumedThisRound => _replica.ResumedThisRound;

    public int MaxNumSeqs => _replica.Limits.MaxNumSeqs;

    public int MaxNumBatchedTokens => _replica.Limits.MaxNumBatchedTokens;

    /// <summary>Whether the decoding sequences' next tokens find memory, by the memory's own rule.</summary>
    public bool NextStepFits => _replica.NextStepFits;

    /// <summary>Whether the head fits.</summary>
    /// <param name="chunk">Prompt tokens this iteration would compute for it.</param>
    /// <param name="holdTokens">Tokens to have memory for from now on.</param>
    /// <param name="besideDecodes">The decodes run in the same iteration and take what they need first.</param>
    public Admission CanAdmitHead(int chunk, int holdTokens, bool besideDecodes) => _replica.CanAdmitHead(chunk, holdTokens, besideDecodes);

    /// <summary>Whether the unfinished prefill finds memory to hold <paramref name="holdTokens"/> tokens, <paramref name="chunk"/> of them new.</summary>
    public bool CanContinue(int chunk, int holdTokens) => _replica.CanContinue(chunk, holdTokens);

    /// <summary>Tokens whose KV takes the room that the head of the queue needs on the GPU while its KV streams to the host.</summary>
    public int StreamWindowTokens => _replica.StreamWindowTokens;

    /// <summary>Layers of the model.</summary>
    public int Layers => _replica.Limits.Layers;

    /// <summary>Layers on the GPU while others go to the host: one computed, one copied.</summary>
    public int WindowLayers => _replica.Limits.StreamWindowLayers;

    /// <summary>Duration of the prefill iteration as prepared so far with the head of the queue in it, by the time model.</summary>
    public long PrefillPs => _replica.PrefillPs;

    /// <summary>Least layers of the head's prompt to keep so that the link, after what it copies already, has the others within that time; -1: none.</summary>
    public int LayersToKeep(long withinPs) => _replica.LayersToKeep(withinPs);

    /// <summary>Whether the head fits with <paramref name="holdLayers"/> layers during its prefill and <paramref name="keptLayers"/> after it.</summary>
    public Admission CanAdmitHeadByLayer(int holdLayers, int keptLayers) => _replica.CanAdmitHeadByLayer(holdLayers, keptLayers);

    /// <summary>Whether host memory has room for that many layers of so many tokens.</summary>
    public bool HostFitsLayers(int tokens, int layers) => _replica.HostFitsLayers(tokens, layers);

    /// <summary>Decode steps done since the start of the run.</summary>
    public long DecodeStep => _replica.Decodes.Step;

    /// <summary>Whether host memory has room for the KV of that many tokens.</summary>
    public bool HostFits(int tokens) => _replica.HostFits(tokens);

    public long HostUsedBytes => _replica.HostUsedBytes;

    public long KvBytesPerToken => _replica.BytesPerToken;

    /// <summary>The instant of this boundary.</summary>
    public long NowPs => _replica.NowPs;

    /// <summary>When the head of the queue arrived; -1 when nobody waits or the head has had its first token.</summary>
    public long HeadArrivalPs => _replica.HeadArrivalPs;

    /// <summary>End of the last decode step that any of the present decodes took part in; now, when all have joined since.</summary>
    public long LastStepEndPs => _replica.LastStepEndPs;

    /// <summary>Duration of the next step if only the present decodes run, and by how much each further one takes longer.</summary>
    public StepSeries NextSteps => _replica.NextSteps;

    /// <summary>Whether the earliest parked sequence fits back.</summary>
    public bool CanResume => _replica.CanResume;
}
