using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Serving;

/// <summary>Counts of a run that no single request owns.</summary>
public struct RunCounters
{
    public long Iterations;

    /// <summary>Iterations that computed prefill tokens.</summary>
    public long PrefillIterations;

    public long PrefillTokens;
    public long DecodeTokens;
    public long Preemptions;
    public long RecomputedTokens;
    public long SwappedOutBytes;
    public long SwappedInBytes;

    /// <summary>KV that went to the host and was never needed again: prompts of requests with a single token.</summary>
    public long DroppedHostBytes;
    public int MaxRunning;
    public int MaxWaiting;

    /// <summary>Time with at least one iteration in flight, over all replicas.</summary>
    public long BusyPs;

    /// <summary>All zero where no prefix is cached.</summary>
    public PrefixCounters Prefixes;
}

/// <summary>What a simulation leaves behind.</summary>
/// <param name="Trace">The requests, in the order of <paramref name="Records"/>.</param>
/// <param name="Records">One record a request.</param>
/// <param name="EndPs">The last event.</param>
public sealed record RunOutcome(Trace Trace, RequestRecord[] Records, long EndPs, RunCounters Counters);
