using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Fleets;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Tables;

/// <summary>What fleets did: the whole and each deployment, how many replicas and GPUs there are and what they cost.</summary>
internal static class FleetTable
{
    /// <param name="notes">What has to be known of the stream; null where records are kept.</param>
    /// <param name="fleet">One fleet of a file; otherwise a row is a policy.</param>
    public static void Write(TextWriter target, IReadOnlyList<FleetReport> reports, string trace, IReadOnlyList<string>? notes, bool fleet)
    {
        FleetReport first = reports[0];
        Summary all = first.Total.Summary!;
        string who = fleet ? $"fleet {first.Plan.Name}" : string.Join(", ", reports.Select(r => r.Plan.Name));
        target.Write($"{trace}: {Words.Count(all.Requests)} requests; {who}: {Size(first.Plan)}\n");
        target.Write($"SLO: {ObjectiveText.Of(all.Slo, first.Total.Config.Slo)}; router {first.Total.Config.Engine.Router}\n");
        foreach (string note in notes ?? [])
            target.Write(note + "\n");
        if (notes is not null)
            target.Write("sums alone are kept: quantiles are those of histograms, to 0.4 %\n");
        target.Write('\n');
        Rows(reports).Write(target);
        foreach (FleetReport report in reports)
            Worst(target, report);
    }

    private static string Size(FleetPlan plan)
    {
        string kinds = string.Join(", ", plan.Members.Select(m => $"{m.Replicas} of {m.Config.Tp * m.Config.Pp} x {m.Config.Gpu}"));
        string usd = plan.UsdPerHour is double price ? $", {Words.Dollars(price)} USD an hour" : "";
        return $"{Words.Count(plan.Replicas)} replicas on {Words.Count(plan.Gpus)} GPUs ({kinds}){usd}";
    }

    private static TextTable Rows(IReadOnlyList<FleetReport> reports)
    {
        RunReport[] rows = [.. reports.SelectMany(r => r.Rows)];
        bool losses = rows.Any(r => r.Summary is { } s && s.Rejected + s.Unfinished > 0);
        string[] lost = losses ? ["lost"] : [];
        TextTable table = new(
            ["deployment", "replicas", "GPUs", "USD/h", "requests", "SLO", "goodput", "TTFT p50", "p99", "TPOT p50", "p99", "tok/s",
                "busy", "preempt", .. lost, "verdict"],
            "verdict");
        foreach (FleetReport report in reports)
        {
            Row(table, report.Total, report.Plan.Replicas, report.Plan.Gpus, report.Plan.UsdPerHour, losses);
            for (int i = 0; report.Members.Count > 1 && i < report.Members.Count; i++)
            {
                FleetMember member = report.Plan.Members[i];
                Row(table, report.Members[i], member.Replicas, member.Gpus, member.UsdPerHour, losses);
            }
        }
        return table;
    }

    private static void Row(TextTable table, RunReport report, int replicas, int gpus, double? usdPerHour, bool losses)
    {
        Summary s = report.Summary!;
        string[] lost = losses ? [Words.Count(s.Rejected + s.Unfinished)] : [];
        table.Add(
        [
            report.Label.Policy,
            Words.Count(replicas),
            Words.Count(gpus),
            Words.Dollars(usdPerHour),
            Words.Count(s.Requests),
            Words.Percent(s.SloAttainment),
            Words.Rate(s.GoodputPerS),
            Words.Duration(s.Ttft, d => d.P50Ps),
            Words.Duration(s.Ttft, d => d.P99Ps),
            Words.Duration(s.Tpot, d => d.P50Ps),
            Words.Duration(s.Tpot, d => d.P99Ps),
            Words.Rate(s.OutputTokensPerS),
            Words.Percent(s.BusyShare),
            Words.Count(s.Preemptions),
            .. lost,
            SummaryColumns.Find("verdict").Get(s).ToString(),
        ]);
    }

    /// <summary>The hour in which the smallest share met its objectives.</summary>
    private static void Worst(TextWriter target, FleetReport report)
    {
        int[] hours = [.. Enumerable.Range(0, report.Hours.Count).Where(h => report.Hours[h].Requests > 0)];
        if (hours.Length < 2)
            return;
        int worst = hours.MinBy(h => (double)report.Hours[h].Met / report.Hours[h].Requests);
        int most = hours.MaxBy(h => report.Hours[h].Requests);
        HourOfRun low = report.Hours[worst], high = report.Hours[most];
        target.Write($"{report.Total.Label.Policy}: by hour of arrival, attainment is lowest in hour {worst}"
            + $" ({Words.Percent((double)low.Met / low.Requests)} of {Words.Count(low.Requests)} requests);"
            + $" hour {most} is the busiest ({ShortText.Number(high.Requests / 3600.0)} req/s)\n");
    }
}
