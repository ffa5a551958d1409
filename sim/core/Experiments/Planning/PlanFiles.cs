using System.Text.Json.Nodes;
using System.Text;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Planning;

/// <summary>What <c>ellm plan</c> writes: a row a kind of deployment, the cheapest first.</summary>
public static class PlanFiles
{
    public static IReadOnlyList<ResultColumn<PlanRow>> Columns { get; } =
    [
        new("gpu", "GPU name", r => SummaryValue.Text(r.Label.Gpu)),
        new("tp", "tensor-parallel ranks", r => SummaryValue.Integer(r.Label.Tp)),
        new("pp", "pipeline-parallel stages", r => SummaryValue.Integer(r.Label.Pp)),
        new("replicas", "fewest copies of the engine that meet the target; for what is left out, as many as were tried", r => SummaryValue.Integer(r.Replicas)),
        new("policy", "memory policy", r => SummaryValue.Text(r.Label.Policy)),
        new("gpus", "GPUs of the deployment: tp x pp x replicas", r => SummaryValue.Integer(r.Gpus)),
        new("rate_per_s", "planned requests per second", r => SummaryValue.Real(r.Load?.RatePerS)),
        new("price_usd_per_gpu_hour", "price of one GPU", r => SummaryValue.Real(r.PriceUsdPerHour)),
        new("usd_per_hour", "cost of the deployment", r => SummaryValue.Real(r.UsdPerHour)),
        new("usd_per_million_output_tokens", "dollars for a million output tokens served", r => SummaryValue.Real(r.UsdPerMillionTokens)),
        new("requests", "measured requests of the replay",
            r => r.Load is { } at ? SummaryValue.Integer(at.Requests) : SummaryValue.Undefined),
        new("served_per_s", "requests finished per second", r => SummaryValue.Real(r.Load?.ServedPerS)),
        new("slo_attainment", "share of all requests that met the objectives", r => SummaryValue.Real(r.Load?.Attainment)),
        new("slo_attainment_half_width", "half of its 95 % confidence interval", r => SummaryValue.Real(r.Load?.HalfWidth)),
        new("draws_met", "traces drawn from the workload on which the deployment meets the target too",
            r => r.DrawsMet is int met ? SummaryValue.Integer(met) : SummaryValue.Undefined),
        new("ttft_attainment", "share that met the TTFT objective", r => SummaryValue.Real(r.Load?.TtftAttainment)),
        new("tpot_attainment", "share that met the TPOT objective", r => SummaryValue.Real(r.Load?.TpotAttainment)),
        new("ttft_p99_s", "99th percentile of TTFT", r => r.Load is { } at ? SummaryValue.Seconds(at.TtftP99Ps) : SummaryValue.Undefined),
        new("tpot_p99_s", "99th percentile of TPOT", r => r.Load is { } at ? SummaryValue.Seconds(at.TpotP99Ps) : SummaryValue.Undefined),
        new("busy_share", "share of the time with an iteration in flight, mean over replicas", r => SummaryValue.Real(r.Load?.BusyShare)),
        new("left_out", "why the row is no solution", r => r.Reason is null ? SummaryValue.Undefined : SummaryValue.Text(r.Reason)),
    ];

    public static void WriteCsv(Stream target, IReadOnlyList<PlanRow> rows) => ResultTable.WriteCsv(target, Columns, rows);

    public static void WriteJson(Stream target, IReadOnlyList<PlanRow> rows, IWorkload workload, CapacityGoal goal, GpuPrices prices)
    {
        JsonObject head = new()
        {
            ["version"] = RunReport.Version,
            ["trace"] = workload.Name,
            ["trace_sha256"] = workload.Original.ContentHash,
            ["draws"] = "extended and drawn by blocks",
            ["seeds"] = goal.Draws,
            ["target_attainment"] = goal.Attainment,
        };
        ResultTable.WriteJson(target, head, "deployments", Columns, rows, r => new JsonObject
        {
            ["price_source"] = prices.SourceOf(r.Config.Gpu),
            ["config"] = ConfigBinder.ToTree(r.Config with { Model = r.Label.Model, Gpu = r.Label.Gpu }),
        });
    }

    /// <summary>plan.csv, plan.json and run.log.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(
        IReadOnlyList<PlanRow> rows, IWorkload workload, CapacityGoal goal, GpuPrices prices, IReadOnlyList<string> log) =>
    [
        ("plan.csv", s => WriteCsv(s, rows)),
        ("plan.json", s => WriteJson(s, rows, workload, goal, prices)),
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(log.Select(line => line + "\n"))))),
    ];
}
