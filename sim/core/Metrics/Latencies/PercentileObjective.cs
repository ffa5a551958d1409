using System.Globalization;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>An objective of a whole run: the limit is not below that percentile of a latency.</summary>
/// <param name="Latency">ttft, tpot, e2e, of requests; itl, of the gaps between tokens.</param>
/// <param name="Permille">The percentile in thousandths: 990 for p99.</param>
/// <param name="LimitPs">Picoseconds.</param>
public sealed record PercentileObjective(string Latency, int Permille, long LimitPs)
{
    public const string Gaps = "itl";

    /// <summary>As users write it: ttft.p99.</summary>
    public string Name => $"{Latency}.p{(Permille / 10m).ToString("0.#", CultureInfo.InvariantCulture)}";

    /// <summary>What has to be within the limit.</summary>
    public double Wanted => Permille / 1000.0;

    /// <summary>
    /// Share within the limit: of all requests, where those that did not finish are not; of all gaps to 0.4 % of the limit.
    /// </summary>
    /// <returns>Null for nothing to judge.</returns>
    public double? Share(ReadOnlySpan<RequestRecord> records, LogHistogram? gaps)
    {
        if (Latency == Gaps)
            return gaps is { Count: > 0 } ? gaps.ShareUpTo(LimitPs) : null;
        int within = 0;
        foreach (ref readonly RequestRecord r in records)
            within += Of(r) <= LimitPs ? 1 : 0;
        return records.IsEmpty ? null : (double)within / records.Length;
    }

    /// <summary>A request of one token has no TPOT and meets it.</summary>
    private long? Of(in RequestRecord r) => Latency switch
    {
        "ttft" => RequestLatency.Ttft(r),
        "tpot" => r.Status == RequestStatus.Finished ? RequestLatency.Tpot(r) ?? 0 : null,
        _ => RequestLatency.EndToEnd(r),
    };
}

/// <summary>How a run did by a percentile objective.</summary>
/// <param name="Share">Within the limit; null for nothing to judge, which meets no objective.</param>
public readonly record struct PercentileScore(PercentileObjective Objective, double? Share)
{
    public bool Met => Share >= Objective.Wanted;
}
