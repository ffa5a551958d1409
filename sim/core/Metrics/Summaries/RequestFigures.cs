using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>What a summary says of the requests one by one: from their records, or from sums that were kept in their place.</summary>
internal sealed record RequestFigures(
    int Requests, Totals Totals, LedgerStats Ledger, Distribution Ttft, Distribution Tpot, Distribution EndToEnd, Distribution Normalized,
    StabilityVerdict Verdict, IReadOnlyList<PercentileScore> Percentiles)
{
    private delegate long? Latency(in RequestRecord record);

    /// <param name="gaps">Between tokens.</param>
    public static RequestFigures Of(ReadOnlySpan<RequestRecord> records, in SloTargets slo, LogHistogram gaps)
    {
        long[] scratch = new long[records.Length];
        return new RequestFigures(
            records.Length,
            Totals.Of(records, slo),
            LedgerStats.Of(records),
            Distribute(records, RequestLatency.Ttft, scratch),
            Distribute(records, RequestLatency.Tpot, scratch),
            Distribute(records, RequestLatency.EndToEnd, scratch),
            Distribute(records, RequestLatency.Normalized, scratch),
            Stability.Judge(records, slo),
            slo.Score(records, gaps));
    }

    /// <summary>Quantiles are those of histograms, to 0.4 %; the rest is exact.</summary>
    /// <remarks>The verdict is by work in flight, minute by minute, against the arrivals of a half.</remarks>
    public static RequestFigures Of(RequestSums sums, int requests, in SloTargets slo, LogHistogram gaps)
    {
        long growth = sums.Hours.GrowthOfSecondHalf, arrivals = Math.Max(1, requests / 2);
        return new RequestFigures(
            requests,
            sums.Totals,
            sums.Ledger,
            sums.Ttft.ToDistribution(),
            sums.Tpot.ToDistribution(),
            sums.EndToEnd.ToDistribution(),
            sums.Normalized.ToDistribution(),
            growth * 10 > arrivals ? StabilityVerdict.Overloaded
                : growth * 100 > arrivals && growth > 1 ? StabilityVerdict.Backlogged : StabilityVerdict.Stable,
            [.. slo.Percentiles.Select(one => new PercentileScore(one, Share(one, sums, requests, gaps)))]);
    }

    private static double? Share(PercentileObjective objective, RequestSums sums, int requests, LogHistogram gaps)
    {
        LogHistogram of = objective.Latency switch
        {
            "ttft" => sums.Ttft,
            "tpot" => sums.Tpot,
            PercentileObjective.Gaps => gaps,
            _ => sums.EndToEnd,
        };
        long judged = objective.Latency == PercentileObjective.Gaps ? of.Count : requests;
        // A finished request of one token has no TPOT and meets it.
        long without = objective.Latency == "tpot" ? sums.Totals.Completed - of.Count : 0;
        return judged == 0 ? null : ((of.Count == 0 ? 0 : of.ShareUpTo(objective.LimitPs) * of.Count) + without) / judged;
    }

    private static Distribution Distribute(ReadOnlySpan<RequestRecord> records, Latency latency, long[] scratch)
    {
        int count = 0;
        foreach (ref readonly RequestRecord r in records)
        {
            if (latency(r) is long value)
                scratch[count++] = value;
        }
        return ExactQuantiles.Of(scratch.AsSpan(0, count));
    }
}
