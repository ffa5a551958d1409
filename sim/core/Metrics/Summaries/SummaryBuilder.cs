using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Makes a <see cref="Summary"/> of a finished run: a few passes over the records, nothing larger than them.</summary>
public static class SummaryBuilder
{
    /// <param name="replicas">Replicas of the run, or virtual engines where they share pipeline stages; utilisations are per
    /// replica.</param>
    public static Summary Build(
        RunLabel label, RunOutcome outcome, RunMetrics metrics, SloTargets slo, HardwareRates rates, int replicas = 1) =>
        Build(label, RequestFigures.Of(outcome.Records, slo, metrics.Itl), outcome.Counters, metrics, slo, rates, replicas);

    /// <summary>The same of a run whose records are not kept: its metrics hold <see cref="RequestSums"/>.</summary>
    /// <param name="requests">That arrived.</param>
    public static Summary Build(
        RunLabel label, int requests, RunCounters counters, RunMetrics metrics, SloTargets slo, HardwareRates rates, int replicas) =>
        Build(label, RequestFigures.Of(metrics.Requests!, requests, slo, metrics.Itl), counters, metrics, slo, rates, replicas);

    private static Summary Build(
        RunLabel label, RequestFigures figures, in RunCounters counters, RunMetrics metrics, SloTargets slo, HardwareRates rates,
        int replicas)
    {
        Totals totals = figures.Totals;
        double windowS = totals.WindowPs / (double)SimTime.PsPerSecond;
        double busyS = metrics.BusyPs / (double)SimTime.PsPerSecond;
        LedgerStats ledger = figures.Ledger;
        return new Summary
        {
            Label = label,
            Requests = figures.Requests,
            Arrived = totals.Arrived,
            OfferedPerS = Ratio(totals.Arrived - 1, totals.ArrivalsPs / (double)SimTime.PsPerSecond),
            Completed = totals.Completed,
            Rejected = totals.Rejected,
            Unfinished = figures.Requests - totals.Completed - totals.Rejected,
            Clipped = totals.Clipped,
            WindowPs = totals.WindowPs,
            Ttft = figures.Ttft,
            Tpot = figures.Tpot,
            Itl = metrics.Itl.ToDistribution(),
            EndToEnd = figures.EndToEnd,
            Normalized = figures.Normalized,
            RequestsPerS = Ratio(totals.Completed, windowS),
            OutputTokensPerS = Ratio(totals.EmittedTokens, windowS),
            TotalTokensPerS = Ratio(totals.EmittedTokens + totals.PromptTokens, windowS),
            DecodeTokensPerBusyS = Ratio(metrics.DecodeTokens, metrics.DecodeBusyPs / (double)SimTime.PsPerSecond),
            Slo = slo,
            TtftAttainment = Ratio(totals.MeetTtft, figures.Requests),
            TpotAttainment = Ratio(totals.MeetTpot, figures.Requests),
            SloAttainment = Ratio(totals.MeetAll, figures.Requests),
            GoodputPerS = Ratio(totals.MeetAll, windowS),
            Percentiles = figures.Percentiles,
            Verdict = figures.Verdict,
            BatchMean = Ratio(metrics.BatchSum, metrics.Iterations),
            BatchTimeMean = Ratio((double)metrics.BatchIntegral, metrics.BusyPs),
            BatchMax = metrics.BatchMax,
            QueueMean = Ratio((double)metrics.QueueIntegral, totals.WindowPs),
            QueueMax = metrics.QueueMax,
            Preemptions = counters.Preemptions,
            RecomputedTokens = counters.RecomputedTokens,
            SwappedOutBytes = counters.SwappedOutBytes,
            SwappedInBytes = counters.SwappedInBytes,
            Prefixes = counters.Prefixes is { Tokens: > 0 } prefixes ? prefixes : null,
            Kv = metrics.Kv,
            KvFreeBytes = metrics.Kv.FreeShare * rates.KvPoolBytes,
            Calls = metrics.Calls,
            Activations = metrics.Activations,
            BusyPs = metrics.BusyPs,
            Mfu = Ratio(ModelFlops(totals, metrics, rates), busyS * rates.PeakFlopsPerS),
            BandwidthUtilization = Ratio(BytesRead(metrics, rates), busyS * rates.PeakBytesPerS),
            BusyShare = Ratio(busyS, windowS * replicas),
            Iterations = counters.Iterations,
            PrefillIterations = counters.PrefillIterations,
            PrefillTokens = counters.PrefillTokens,
            DecodeTokens = counters.DecodeTokens,
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

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;
}
