using ELLM.Sim.Memory;

namespace ELLM.Sim.Serving;

/// <summary>How a request ended.</summary>
public enum RequestStatus : byte
{
    /// <summary>Still waiting or running when the run ended.</summary>
    Unfinished,

    /// <summary>Emitted every output token.</summary>
    Finished,

    /// <summary>Could never be held: longer than max_model_len, or than the memory.</summary>
    Rejected,
}

/// <summary>What happened to one request: all that per-request metrics are made of.</summary>
/// <remarks>
/// Instants are picoseconds of simulation time, <c>-1</c> when they never came. The ledger sums to
/// <see cref="FinishPs"/> - <see cref="ArrivalPs"/> to the last picosecond.
/// </remarks>
public struct RequestRecord
{
    public long ArrivalPs;

    /// <summary>Start of the first iteration that computed a token for this request.</summary>
    public long FirstScheduledPs;

    /// <summary>End of the iteration that emitted the first output token; set once, preemptions do not move it.</summary>
    public long FirstTokenPs;

    /// <summary>End of the iteration that emitted the last output token, or the instant of the rejection.</summary>
    /// <remarks>While the request waits for a recomputation: of its latest token.</remarks>
    public long FinishPs;

    public LatencyLedger Ledger;

    /// <summary>KV tokens that had been computed before a preemption and were computed again after it.</summary>
    public long RecomputedTokens;

    public int InputTokens;

    /// <summary>Output tokens asked for, after clipping to max_model_len.</summary>
    public int OutputTokens;

    public int EmittedTokens;

    public int Preemptions;

    public ushort Replica;

    public RequestStatus Status;

    /// <summary>The trace asked for more output tokens than max_model_len leaves room for.</summary>
    public bool Clipped;

    /// <summary>The prompt, and what was generated before a preemption.</summary>
    public readonly int PrefillTokens => InputTokens + EmittedTokens;

    /// <summary>What it asks of KV memory to hold so many tokens now.</summary>
    public readonly KvDemand Demand(int holdTokens) => new(holdTokens, InputTokens + OutputTokens - 1, OutputTokens);

    /// <summary>As <see cref="Demand(int)"/>, of a request that may find part of its prompt in memory.</summary>
    public readonly KvDemand Demand(int holdTokens, int request) =>
        Demand(holdTokens) with { Request = request, PromptTokens = PrefillTokens };
}
