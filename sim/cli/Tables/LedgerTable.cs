using ELLM.Sim.Experiments;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Where the time went: each policy's largest ledger term, the shares of all terms, and why the policies differ.</summary>
internal static class LedgerTable
{
    /// <summary>Terms too small to show anywhere: below half a permille of every policy's time.</summary>
    private const double Negligible = 0.0005;

    public static void Write(TextWriter target, IReadOnlyList<RunReport> reports)
    {
        List<ExplainedRun> runs = [.. reports.Where(r => r.Summary is { Completed: > 0 }).Select(Explained)];
        Shares(target, [.. runs.Select(r => r.Ledger)]);
        IReadOnlyList<string> sentences = Explanations.AgainstBest(runs);
        if (sentences.Count > 0)
            target.Write('\n');
        foreach (string sentence in sentences)
            target.Write(sentence + "\n");
    }

    /// <summary>A blank line, then each run's largest term and its share of time in every term that matters to any of them.</summary>
    public static void Shares(TextWriter target, IReadOnlyList<MeanLedger> ledgers)
    {
        int[] terms = [.. Enumerable.Range(0, LedgerTerms.All.Count).Where(t => ledgers.Any(l => l.ShareOf(t) >= Negligible))];
        if (terms.Length == 0)
            return;
        TextTable table = new(["share of time", "largest term", .. terms.Select(t => LedgerTerms.All[t].Name)], "largest term");
        foreach (MeanLedger ledger in ledgers)
        {
            string largest = ledger.Largest is int term
                ? $"{LedgerTerms.All[term].Name} {Words.Percent(ledger.ShareOf(term))}"
                : Words.Undefined;
            table.Add([ledger.Policy, largest, .. terms.Select(t => Words.Percent(ledger.ShareOf(t)))]);
        }
        target.Write('\n');
        table.Write(target);
    }

    private static ExplainedRun Explained(RunReport report) =>
        new(MeanLedger.Of(report.Summary!), LayoutCatalog.Find(report.Config.Policy.Layout).IncludesHost);
}
