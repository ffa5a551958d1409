using System.Globalization;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Sharing policies as people read them: all models together, where the time went, then model by model.</summary>
internal static class ColocationTable
{
    public static void Write(TextWriter target, ColocationPlan plan, IReadOnlyList<ColocationReport> reports)
    {
        target.Write(Header(plan));
        target.Write('\n');
        Totals(reports).Write(target);
        LedgerTable.Shares(target, [.. reports.Select(r => MeanLedger.Of(r.Total))]);
        target.Write('\n');
        Models(plan, reports).Write(target);
    }

    /// <summary>How each GPU's memory is divided, one line a GPU.</summary>
    public static IEnumerable<string> Memory(ColocationPlan plan)
    {
        for (int gpu = 0; gpu < plan.Placement.Gpus; gpu++)
        {
            PlannedEngine[] on = [.. plan.Engines.Where(e => e.Gpu == gpu)];
            long Sum(Func<MemoryBudget, long> part) => on.Sum(e => part(e.Deployment.Budget));
            yield return $"GPU {gpu}: models {string.Join(", ", on.Select(e => e.Model.Id))}; weights "
                + $"{ShortText.Gib(Sum(b => b.WeightsBytes))}, "
                + $"context {ShortText.Gib(Sum(b => b.ContextBytes))}, activations {ShortText.Gib(Sum(b => b.ActivationBytes))}, KV "
                + $"{ShortText.Gib(plan.Placement.KvBytes[gpu])}";
        }
    }

    private static string Header(ColocationPlan plan)
    {
        Trace trace = plan.Requests.Trace;
        SloSpec slo = plan.Config.Slo;
        string[] objectives =
        [
            .. Asked(slo, "ttft", $"TTFT <= {(slo.TtftS is double t ? Seconds(t) : $"{ShortText.Decimals(slo.TtftMultiple)} x unloaded")}"),
            .. Asked(slo, "tpot", $"TPOT <= {(slo.TpotS is double p ? Seconds(p) : $"{ShortText.Decimals(slo.TpotMultiple)} x unloaded")}"),
            .. Asked(slo, "e2e", $"end to end <= {Seconds(slo.E2eS ?? 0)}"),
        ];
        return $"{trace.Name}: {Words.Count(trace.Count)} requests for {Words.Count(plan.Engines.Count)} models on {plan.Placement.Gpus} x "
            + $"{plan.Engines[0].Deployment.Gpu.Name}, engines {plan.Config.Preset}\n"
            + $"SLO of each model: {string.Join(", ", objectives)}; KV memory {ShortText.Gib(plan.Placement.KvBytes.Sum())}\n";
    }

    private static TextTable Totals(IReadOnlyList<ColocationReport> reports)
    {
        bool losses = reports.Any(r => r.Total.Rejected + r.Total.Unfinished > 0);
        string[] lossHeader = losses ? ["lost"] : [];
        TextTable table = new(
            ["policy", "req/s", "tok/s", "TTFT p50", "p99", "TPOT p50", "p99", "SLO", "goodput", "KV held", "KV live", "pages mapped",
                "map stall", "preempt", .. lossHeader]);
        foreach (ColocationReport report in reports)
        {
            Summary s = report.Total;
            string[] lost = losses ? [Words.Count(s.Rejected + s.Unfinished)] : [];
            table.Add(
            [
                report.Policy,
                Words.Rate(s.RequestsPerS),
                Words.Rate(s.OutputTokensPerS),
                Words.Duration(s.Ttft, d => d.P50Ps),
                Words.Duration(s.Ttft, d => d.P99Ps),
                Words.Duration(s.Tpot, d => d.P50Ps),
                Words.Duration(s.Tpot, d => d.P99Ps),
                Words.Percent(s.SloAttainment),
                Words.Rate(s.GoodputPerS),
                ShortText.Gib((long)report.HeldMeanBytes),
                ShortText.Gib((long)report.LiveMeanBytes),
                Words.Count(report.MappedPages),
                Words.Duration(report.MapStallPs),
                Words.Count(s.Preemptions),
                .. lost,
            ]);
        }
        return table;
    }

    private static TextTable Models(ColocationPlan plan, IReadOnlyList<ColocationReport> reports)
    {
        TextTable table = new(
            ["id", "model", "gpu", "requests",
                .. reports.SelectMany(r => (string[])[$"{r.Policy}: TTFT p99", "TPOT p99", "SLO", "KV held"])], "model");
        for (int i = 0; i < plan.Engines.Count; i++)
        {
            int engine = i;
            table.Add(
            [
                plan.Engines[i].Model.Id,
                plan.Engines[i].Deployment.Model.Name,
                plan.Engines[i].Gpu.ToString(CultureInfo.InvariantCulture),
                Words.Count(plan.Engines[i].Requests.Count),
                .. reports.SelectMany(r => Cells(r.Engines[engine])),
            ]);
        }
        return table;
    }

    private static string[] Cells(EngineReport engine) =>
    [
        Words.Duration(engine.Summary.Ttft, d => d.P99Ps),
        Words.Duration(engine.Summary.Tpot, d => d.P99Ps),
        Words.Percent(engine.Summary.SloAttainment),
        ShortText.Gib((long)engine.HeldMeanBytes),
    ];

    private static string[] Asked(SloSpec slo, string name, string text) => slo.Gate.Split(',').Contains(name) ? [text] : [];

    private static string Seconds(double value) => Words.Duration(ELLM.Sim.Time.SimTime.FromSeconds(value).Picoseconds);
}
