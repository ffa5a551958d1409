using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A comparison in three lines: which policy is best and by how much, what limits it, what to try next.</summary>
internal static class ShortAnswer
{
    /// <summary>Differences of the compared rate up to this share are none.</summary>
    private const double Level = 0.01;

    /// <summary>From this share of requests on the objectives count as met.</summary>
    private const double Met = 0.99;

    /// <summary>From this share of their time on requests wait for memory more than by the way.</summary>
    private const double Waits = 0.2;

    private static readonly HashSet<string> MemoryTerms = new(StringComparer.Ordinal)
    {
        "queue_memory", "parked", "map_stall", "transfer_stall", "preempted", "recompute",
    };

    /// <returns>Nothing where no policy completed a request.</returns>
    public static string Of(IReadOnlyList<RunReport> reports)
    {
        Summary[] runs = [.. reports.Select(r => r.Summary).OfType<Summary>().Where(s => s.Completed > 0)];
        if (runs.Length == 0)
            return "";
        bool goodput = runs.Any(s => s.GoodputPerS > 0);
        double Rate(Summary s) => (goodput ? s.GoodputPerS : s.OutputTokensPerS) ?? 0;
        Summary[] ranked = [.. runs.OrderByDescending(Rate)];
        Summary best = ranked[0];
        return $"{Ranking(ranked, goodput, Rate)}\n{Limit(best)}\n{Next(best, ranked.Length)}\n";
    }

    private static string Ranking(Summary[] ranked, bool goodput, Func<Summary, double> rate)
    {
        Summary best = ranked[0];
        string reached = goodput
            ? $"goodput {Words.Rate(best.GoodputPerS)} req/s, {Words.Percent(best.SloAttainment)} of the requests met the objectives"
            : $"{Words.Rate(best.OutputTokensPerS)} tokens/s; no request of any policy met the objectives";
        Summary[] level = [.. ranked.Skip(1).Where(s => rate(s) >= (1 - Level) * rate(best))];
        Summary[] behind = [.. ranked.Skip(1 + level.Length)];
        if (ranked.Length == 1)
            return $"{best.Label.Policy}: {reached}.";
        if (behind.Length == 0)
            return $"No policy wins: {reached}, within 1 % for all {ranked.Length}.";
        string beside = level.Length == 0 ? "" : $"; {Names(level)} within 1 %";
        string Less(Summary s) => $"{s.Label.Policy} {ShortText.Decimals(Math.Round((1 - (rate(s) / rate(best))) * 100, 1))} % less";
        string last = behind.Length == 1 ? Less(behind[0]) : $"{Less(behind[0])}, {(behind.Length > 2 ? "... " : "")}{Less(behind[^1])}";
        return $"Best: {best.Label.Policy}, {reached}{beside}; {last}.";
    }

    private static string Names(Summary[] runs) => runs.Length == 1
        ? runs[0].Label.Policy
        : string.Join(", ", runs[..^1].Select(s => s.Label.Policy)) + " and " + runs[^1].Label.Policy;

    /// <summary>The load, the memory, the objective that is missed most and what makes it late; or nothing.</summary>
    private static string Limit(Summary best)
    {
        MeanLedger ledger = MeanLedger.Of(best);
        string cause = ledger.Largest is int term
            ? $"{Words.Percent(ledger.ShareOf(term))} of their time is {LedgerTerms.All[term].Name}"
            : "no time passed";
        string memory = $"waiting for memory {Words.Percent(MemoryShare(ledger))}";
        if (best.Verdict == StabilityVerdict.Overloaded)
        {
            string what = MemoryShare(ledger) >= Waits ? "memory" : "compute";
            return $"Limit of {best.Label.Policy}: {what}; the queue grows as long as requests arrive ({cause}, {memory}).";
        }
        if (best.SloAttainment >= Met && best.Percentiles.All(p => p.Met))
            return $"Limit of {best.Label.Policy}: none at this load ({cause}, {memory}).";
        string missed = Missed(best);
        return MemoryShare(ledger) >= Waits
            ? $"Limit of {best.Label.Policy}: memory, {missed} ({cause}, {memory})."
            : $"Limit of {best.Label.Policy}: compute, {missed} ({cause}, {memory}).";
    }

    private static string Missed(Summary run)
    {
        List<(string Name, double Share)> met = [];
        if (run.Slo.Asks(Objectives.Ttft))
            met.Add(("TTFT", run.TtftAttainment ?? 0));
        if (run.Slo.Asks(Objectives.Tpot))
            met.Add(("TPOT", run.TpotAttainment ?? 0));
        if (run.Slo.Asks(Objectives.E2e))
            met.Add(("end to end", run.SloAttainment ?? 0));
        met.AddRange(run.Percentiles.Where(p => !p.Met).Select(p => (p.Objective.Name, p.Share ?? 0)));
        (string name, double share) = met.Count == 0 ? ("completion", run.SloAttainment ?? 0) : met.MinBy(m => m.Share);
        return $"seen as {name}, which {Words.Percent(share)} met";
    }

    private static string Next(Summary best, int policies)
    {
        MeanLedger ledger = MeanLedger.Of(best);
        bool met = best.Verdict != StabilityVerdict.Overloaded && best.SloAttainment >= Met && best.Percentiles.All(p => p.Met);
        string next = best.Verdict == StabilityVerdict.Overloaded && MemoryShare(ledger) < Waits
            ? "'ellm capacity' finds the rate that it serves, 'ellm plan' the GPUs for this one"
            : met ? "'ellm capacity' finds how much more load meets the objectives"
            : MemoryShare(ledger) >= Waits ? $"more KV memory: --tp {2 * best.Label.Tp}, a larger --gpu, or --set engine.replicas=2"
            : "'ellm capacity' finds the rate that meets the objectives; --slo states your own";
        return $"Next: {next}; -v says where the time went{(policies > 1 ? " and why policies differ" : "")}.";
    }

    private static double MemoryShare(MeanLedger ledger) =>
        Enumerable.Range(0, LedgerTerms.All.Count).Where(t => MemoryTerms.Contains(LedgerTerms.All[t].Name)).Sum(ledger.ShareOf);
}
