using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Makes a <see cref="Summary"/> of a finished run: a few passes over the records, nothing larger than them.</summary>
public static class SummaryBuilder
{
    private delegate long? Latency(in RequestRecord record);

    /// <param name="replicas">Replicas of the run, or virtual engines where they share pipeline stages; utilisations are per
    /// replica.</param>
    public static Summary Build(
        RunLabel label, RunOutcome outcome, RunMetrics metrics, SloTargets slo, HardwareRates rates, int replicas = 1)
    {
        ReadOnlySpan<RequestRecord> records = outcome.Records;
        Totals totals = Totals.Of(records, slo);
        double windowS = totals.WindowPs / (double)SimTime.PsPerSecond;
        double busyS = metrics.BusyPs / (double)SimTime.PsPerSecond;
        long[] scratch = new long[records.Length];
        LedgerStats ledger = LedgerStats.Of(records);
        return new Summary
        {
            Label = label,
            Requests = records.Length,
            Arrived = totals.Arrived,
            OfferedPerS = Ratio(totals.Arrived - 1, totals.ArrivalsPs / (double)SimTime.PsPerSecond),
            Completed = totals.Completed,
            Rejected = totals.Rejected,
            Unfinished = records.Length - totals.Completed - totals.Rejected,
            Clipped = totals.Clipped,
            WindowPs = totals.WindowPs,
            Ttft = Distribute(records, RequestLatency.Ttft, scratch),
            Tpot = Distribute(records, RequestLatency.Tpot, scratch),
            Itl = metrics.Itl.ToDistribution(),
            EndToEnd = Distribute(records, RequestLatency.EndToEnd, scratch),
            Normalized = Distribute(records, RequestLatency.Normalized, scratch),
            RequestsPerS = Ratio(totals.Completed, windowS),
            OutputTokensPerS = Ratio(totals.EmittedTokens, windowS),
            TotalTokensPerS = Ratio(totals.EmittedTokens + totals.PromptTokens, windowS),
            DecodeTokensPerBusyS = Ratio(metrics.DecodeTokens, metrics.DecodeBusyPs / (double)SimTime.PsPerSecond),
            Slo = slo,
            TtftAttainment = Ratio(totals.MeetTtft, records.Length),
            TpotAttainment = Ratio(totals.MeetTpot, records.Length),
            SloAttainment = Ratio(totals.MeetAll, records.Length),
            GoodputPerS = Ratio(totals.MeetAll, windowS),
            Percentiles = slo.Score(records, metrics.Itl),
            Verdict = Stability.Judge(records, slo),
            BatchMean = Ratio(metrics.BatchSum, metrics.Iterations),
            BatchTimeMean = Ratio((double)metrics.BatchIntegral, metrics.BusyPs),
            BatchMax = metrics.BatchMax,
            QueueMean = Ratio((double)metrics.QueueIntegral, totals.WindowPs),
            QueueMax = metrics.QueueMax,
            Preemptions = outcome.Counters.Preemptions,
            RecomputedTokens = outcome.Counters.RecomputedTokens,
            SwappedOutBytes = outcome.Counters.SwappedOutBytes,
            SwappedInBytes = outcome.Counters.SwappedInBytes,
            Prefixes = outcome.Counters.Prefixes is { Tokens: > 0 } prefixes ? prefixes : null,
            Kv = metrics.Kv,
            KvFreeBytes = metrics.Kv.FreeShare * rates.KvPoolBytes,
            Calls = metrics.Calls,
            Activations = metrics.Activations,
            BusyPs = metrics.BusyPs,
            Mfu = Ratio(ModelFlops(totals, metrics, rates), busyS * rates.PeakFlopsPerS),
            BandwidthUtilization = Ratio(BytesRead(metrics, rates), busyS * rates.PeakBytesPerS),
            BusyShare = Ratio(busyS, windowS * replicas),
            Iterations = outcome.Counters.Iterations,
            PrefillIterations = outcome.Counters.PrefillIterations,
            PrefillTokens = outcome.Counters.PrefillTokens,
            DecodeTokens = outcome.Counters.DecodeTokens,
            LedgerTotalsPs = ledger.TotalsPs,
            LedgerMeanShares = ledger.MeanShares,
        };
    }

    /// <summary>Useful FLOP: every prompt and output token once (recomputation is not useful work), causal attention included.</summary>
    private static double ModelFlops(in Totals totals, RunMetrics metrics, in HardwareRates rates)
    {
        double tokens = totals.PrefilledTokens + (double)metrics.DecodeTokens;
        double attended = (double)totals.PromptPairs + (double)metrics.DecodeContextTokens;
        return (tokens * rates.FlopsPerToken) + (totals.EmittedTokens * rates.FlopsPerSample) + (attended * rates.FlopsPerContextToken);
    }

    /// <summary>Weights once an iteration, the KV read by decode attention, and the KV written.</summary>
    private static double BytesRead(RunMetrics metrics, in HardwareRates rates)
    {
        double kvTokens = (double)metrics.DecodeContextTokens + metrics.PrefillTokens + metrics.DecodeTokens;
        return (metrics.Iterations * rates.WeightBytes) + (kvTokens * rates.KvBytesPerToken);
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

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;
}
