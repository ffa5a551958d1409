using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Which run a summary is of.</summary>
/// <param name="Trace">Base name of the trace.</param>
public sealed record RunLabel(string Trace, string Policy, string Model, string Gpu, int Tp, int Pp, ulong Seed);

/// <summary>Everything a user compares about a run. <see cref="SummaryColumns"/> names, explains and formats each value.</summary>
/// <remarks>
/// Rates are per second of the throughput window: first arrival to last finish. Shares are between 0 and 1. A value that has no
/// meaning for the run (no request finished, no iteration ran) is <c>null</c> or a distribution with count zero.
/// </remarks>
public sealed record Summary
{
    public required RunLabel Label { get; init; }

    public int Requests { get; init; }

    /// <summary>Requests that arrived: all, but turns whose session never came to them.</summary>
    public int Arrived { get; init; }

    /// <summary>They per second from the first to the last arrival; where answers make arrivals it depends on the policy.</summary>
    public double? OfferedPerS { get; init; }

    public int Completed { get; init; }

    public int Rejected { get; init; }

    public int Unfinished { get; init; }

    public int Clipped { get; init; }

    /// <summary>First arrival to last finish, picoseconds.</summary>
    public long WindowPs { get; init; }

    public Distribution Ttft { get; init; }

    public Distribution Tpot { get; init; }

    public Distribution Itl { get; init; }

    public Distribution EndToEnd { get; init; }

    public Distribution Normalized { get; init; }

    public double? RequestsPerS { get; init; }

    public double? OutputTokensPerS { get; init; }

    public double? TotalTokensPerS { get; init; }

    public double? DecodeTokensPerBusyS { get; init; }

    public SloTargets Slo { get; init; }

    public double? TtftAttainment { get; init; }

    public double? TpotAttainment { get; init; }

    public double? SloAttainment { get; init; }

    public double? GoodputPerS { get; init; }

    /// <summary>How it did by the objectives of the run as a whole; empty where none were asked for.</summary>
    public IReadOnlyList<PercentileScore> Percentiles { get; init; } = [];

    /// <summary>What the run's oracle reached; null when it was not run.</summary>
    public OracleScore? Oracle { get; init; }

    public StabilityVerdict Verdict { get; init; }

    public double? BatchMean { get; init; }

    public double? BatchTimeMean { get; init; }

    public int BatchMax { get; init; }

    public double? QueueMean { get; init; }

    public int QueueMax { get; init; }

    public long Preemptions { get; init; }

    public long RecomputedTokens { get; init; }

    public long SwappedOutBytes { get; init; }

    public long SwappedInBytes { get; init; }

    /// <summary>What the prefix cache found and lost; null where none is.</summary>
    public PrefixCounters? Prefixes { get; init; }

    public KvUse Kv { get; init; }

    /// <summary>Memory of the KV pool that no request holds, mean over iteration time, bytes of one rank.</summary>
    public double? KvFreeBytes { get; init; }

    public MemoryCalls Calls { get; init; }

    public ActivationUse Activations { get; init; }

    /// <summary>Time with an iteration in flight, picoseconds, summed over replicas.</summary>
    public long BusyPs { get; init; }

    public double? Mfu { get; init; }

    public double? BandwidthUtilization { get; init; }

    public double? BusyShare { get; init; }

    public long Iterations { get; init; }

    public long PrefillIterations { get; init; }

    public long PrefillTokens { get; init; }

    public long DecodeTokens { get; init; }

    /// <summary>Total picoseconds per ledger term over all requests, in the order of <see cref="LedgerTerms"/>.</summary>
    public required IReadOnlyList<Int128> LedgerTotalsPs { get; init; }

    /// <summary>Mean over requests with a latency above zero of each term's share of that latency.</summary>
    public required IReadOnlyList<double?> LedgerMeanShares { get; init; }
}
