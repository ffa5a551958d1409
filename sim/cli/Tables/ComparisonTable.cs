using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Plots;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Cli.Tables;

/// <summary>The comparison as people read it: the short answer, one row a policy, and when asked where the time went.</summary>
internal static class ComparisonTable
{
    /// <summary>Width at which the table has room for bars.</summary>
    private const int WideTerminal = 140, BarWidth = 10;

    /// <summary>Column of the objectives of a whole run.</summary>
    private const string Run = "of the run";

    /// <param name="columns">Width of the terminal; 0 when there is none, then nothing is drawn.</param>
    /// <param name="all">Where the time went too, and why policies differ.</param>
    public static void Write(TextWriter target, IReadOnlyList<RunReport> reports, Trace trace, int columns = 0, bool all = false)
    {
        RunReport first = reports.First(r => r.Summary is not null);
        target.Write(Header(first.Label, first.Summary!.Slo, first.Config.Slo, trace, first.Config));
        Lines.Write(target, ShortAnswer.Of(reports));
        Lines.Write(target, BatchLine.Of(reports, trace));
        target.Write('\n');
        Metrics(reports, trace.Find<SessionPlan>() is not null, columns >= WideTerminal).Write(target);
        if (reports.Any(r => r.Summary?.Oracle is not null))
            Lines.Write(target, BoundLines.Of(reports));
        string[] byThroughput = [.. reports.Where(r => r.Summary is { Completed: > 0, Oracle.ByGoodput: false })
            .Select(r => r.Label.Policy)];
        if (byThroughput.Length > 0)
        {
            string who = byThroughput.Length == reports.Count(r => r.Summary is { Completed: > 0, Oracle: not null })
                ? "all"
                : string.Join(", ", byThroughput);
            target.Write($"of live-bytes: share of output tokens/s where even that row met no objectives ({who})\n");
        }
        if (all)
            LedgerTable.Write(target, reports);
    }

    /// <summary>Two lines: what ran where, and the objectives.</summary>
    /// <param name="spec">How the objectives were asked for.</param>
    public static string Header(RunLabel label, SloTargets slo, SloSpec spec, Trace trace, RunConfig config)
    {
        string stages = label.Pp == 1 ? "" : $"{label.Pp} pipeline stages of ";
        string rules = config.Compat is string other ? $", by the rules of {other}" : "";
        return $"{trace.Name}: {Words.Count(trace.Count)} requests; {label.Model} on {stages}{label.Tp} x {label.Gpu}{rules}\n"
            + $"SLO: {ObjectiveText.Of(slo, spec)}\n";
    }

    /// <summary>Sessions of hours offer a call now and then: three decimals.</summary>
    private static string OfferedText(Summary s) => s.OfferedPerS is < 1 and double rare ? ShortText.Decimals(rare) : Words.Rate(s.OfferedPerS);

    /// <param name="answersMakeArrivals">Turns wait for answers, so that each policy is offered calls of its own times.</param>
    private static TextTable Metrics(IReadOnlyList<RunReport> reports, bool answersMakeArrivals, bool bars)
    {
        string[] offeredHeader = answersMakeArrivals ? ["calls", "offered/s"] : [];
        bool losses = reports.Any(r => r.Summary is { } s && s.Rejected + s.Unfinished > 0);
        string[] bar = bars ? [""] : [];
        string[] lossHeader = losses ? ["lost"] : [];
        string[] oracleHeader = reports.Any(r => r.Summary?.Oracle is not null) ? ["of live-bytes"] : [];
        string[] runHeader = reports.Any(r => r.Summary is { Percentiles.Count: > 0 }) ? [Run] : [];
        TextTable table = new(
            ["policy", .. offeredHeader, "SLO", .. bar, "goodput", "TTFT p50", "p99", "TPOT p50", "p99", .. oracleHeader, "req/s", "tok/s",
                "batch", "KV live", "preempt", .. lossHeader, .. runHeader, "verdict"],
            "verdict", Run);
        foreach (RunReport report in reports)
        {
            if (report.Summary is not Summary s)
            {
                table.AddSentence(report.Label.Policy, $"did not start: {report.Reason}");
                continue;
            }
            if (s.Completed == 0 && report.Deployment is { Warnings: [string why, ..] })
            {
                string named = report.Label.Policy + ": ";
                table.AddSentence(report.Label.Policy,
                    $"none completed: {(why.StartsWith(named, StringComparison.Ordinal) ? why[named.Length..] : why)}");
                continue;
            }
            string[] lost = losses ? [Words.Count(s.Rejected + s.Unfinished)] : [];
            table.Add(
            [
                report.Label.Policy,
                .. answersMakeArrivals ? [Words.Count(s.Arrived), OfferedText(s)] : Array.Empty<string>(),
                Words.Percent(s.SloAttainment),
                .. bar.Select(_ => Sparkline.Bar(s.SloAttainment ?? 0, BarWidth)),
                Words.Rate(s.GoodputPerS),
                Words.Duration(s.Ttft, d => d.P50Ps),
                Words.Duration(s.Ttft, d => d.P99Ps),
                Words.Duration(s.Tpot, d => d.P50Ps),
                Words.Duration(s.Tpot, d => d.P99Ps),
                .. oracleHeader.Select(_ => Words.Percent(s.Oracle?.ShareOf(s))),
                Words.Rate(s.RequestsPerS),
                Words.Rate(s.OutputTokensPerS),
                Words.Rate(s.BatchMean),
                Words.Percent(s.Kv.LiveShare),
                Words.Count(s.Preemptions),
                .. lost,
                .. runHeader.Select(_ => ObjectiveText.Of(s.Percentiles)),
                s.Completed == 0 ? "none completed" : SummaryColumns.Find("verdict").Get(s).ToString(),
            ]);
        }
        return table;
    }
}
