using System.Globalization;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics;
using ELLM.Sim.Plots;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli;

/// <summary>The comparison as people read it: one row a policy, then where the time went.</summary>
internal static class ComparisonTable
{
    /// <summary>Terms too small to show anywhere: below half a permille of every policy's time.</summary>
    private const double Negligible = 0.0005;

    /// <summary>Width at which the table has room for bars.</summary>
    private const int WideTerminal = 140, BarWidth = 10;

    /// <param name="columns">Width of the terminal; 0 when there is none, then nothing is drawn.</param>
    public static void Write(TextWriter target, IReadOnlyList<RunReport> reports, Trace trace, int columns = 0)
    {
        RunReport first = reports.First(r => r.Summary is not null);
        target.Write(Header(first.Label, first.Summary!.Slo, first.Config.Slo, trace, first.Config));
        target.Write('\n');
        Metrics(reports, columns >= WideTerminal).Write(target);
        WriteLedger(target, [.. reports.Where(r => r.Summary is not null).Select(r => r.Summary!)]);
    }

    /// <summary>A blank line, then each policy's share of time in every term that matters to any of them.</summary>
    public static void WriteLedger(TextWriter target, List<Summary> ran)
    {
        int[] terms = [.. Enumerable.Range(0, LedgerTerms.All.Count).Where(t => ran.Any(s => Share(s, t) >= Negligible))];
        if (terms.Length == 0)
            return;
        target.Write('\n');
        Ledger(ran, terms).Write(target);
    }

    /// <summary>Two lines: what ran where, and the objectives.</summary>
    /// <param name="spec">How the objectives were asked for.</param>
    public static string Header(RunLabel label, SloTargets slo, SloSpec spec, Trace trace, RunConfig config)
    {
        string ttft = spec.TtftS is null ? $" ({Number(spec.TtftMultiple)} x unloaded)" : "";
        string tpot = spec.TpotS is null ? $" ({Number(spec.TpotMultiple)} x unloaded)" : "";
        string stages = label.Pp == 1 ? "" : $"{label.Pp} pipeline stages of ";
        string rules = config.Compat is string other ? $", by the rules of {other}" : "";
        return $"{trace.Name}: {Words.Count(trace.Count)} requests; {label.Model} on {stages}{label.Tp} x {label.Gpu}{rules}\n"
            + $"SLO: TTFT <= {Words.Duration(slo.TtftPs)}{ttft}, TPOT <= {Words.Duration(slo.TpotPs)}{tpot}\n";
    }

    private static TextTable Metrics(IReadOnlyList<RunReport> reports, bool bars)
    {
        bool losses = reports.Any(r => r.Summary is { } s && s.Rejected + s.Unfinished > 0);
        string[] bar = bars ? [""] : [];
        string[] lossHeader = losses ? ["lost"] : [];
        TextTable table = new(
            ["policy", "req/s", "tok/s", "TTFT p50", "p99", "TPOT p50", "p99", "SLO", .. bar, "goodput", "batch", "KV live", "preempt", .. lossHeader, "verdict"],
            "verdict");
        foreach (RunReport report in reports)
        {
            if (report.Summary is not Summary s)
            {
                table.Add([report.Label.Policy, .. Enumerable.Repeat(Words.Undefined, 11 + bar.Length + lossHeader.Length), "did not start"]);
                continue;
            }
            string[] lost = losses ? [Words.Count(s.Rejected + s.Unfinished)] : [];
            table.Add(
            [
                report.Label.Policy,
                Words.Rate(s.RequestsPerS),
                Words.Rate(s.OutputTokensPerS),
                Words.Duration(s.Ttft, d => d.P50Ps),
                Words.Duration(s.Ttft, d => d.P99Ps),
                Words.Duration(s.Tpot, d => d.P50Ps),
                Words.Duration(s.Tpot, d => d.P99Ps),
                Words.Percent(s.SloAttainment),
                .. bar.Select(_ => Sparkline.Bar(s.SloAttainment ?? 0, BarWidth)),
                Words.Rate(s.GoodputPerS),
                Words.Rate(s.BatchMean),
                Words.Percent(s.Kv.LiveShare),
                Words.Count(s.Preemptions),
                .. lost,
                s.Completed == 0 ? "none completed" : SummaryColumns.Find("verdict").Get(s).ToString(),
            ]);
        }
        return table;
    }

    private static TextTable Ledger(List<Summary> ran, int[] terms)
    {
        TextTable table = new(["share of time", .. terms.Select(t => LedgerTerms.All[t].Name)]);
        foreach (Summary s in ran)
            table.Add([s.Label.Policy, .. terms.Select(t => Words.Percent(Share(s, t)))]);
        return table;
    }

    /// <summary>A term's share of the end-to-end time of all requests together.</summary>
    private static double Share(Summary s, int term)
    {
        Int128 whole = 0;
        foreach (Int128 total in s.LedgerTotalsPs)
            whole += total;
        return whole == 0 ? 0 : (double)s.LedgerTotalsPs[term] / (double)whole;
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
