using System.Text.Json.Nodes;
using System.Text;
using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>What <c>ellm capacity</c> writes: a row a deployment, and a row for every rate that was tested.</summary>
public static class CapacityFiles
{
    public static IReadOnlyList<ResultColumn<CapacityResult>> Columns { get; } =
    [
        new("trace", "base name of the trace", r => SummaryValue.Text(r.Label.Trace)),
        new("policy", "memory policy", r => SummaryValue.Text(r.Label.Policy)),
        new("model", "model name", r => SummaryValue.Text(r.Label.Model)),
        new("gpu", "GPU name", r => SummaryValue.Text(r.Label.Gpu)),
        new("tp", "tensor-parallel ranks", r => SummaryValue.Integer(r.Label.Tp)),
        new("pp", "pipeline-parallel stages", r => SummaryValue.Integer(r.Label.Pp)),
        new("replicas", "copies of the engine", r => SummaryValue.Integer(r.Config.Engine.Replicas)),
        new("gpus", "GPUs of the deployment: tp x pp x replicas", r => SummaryValue.Integer(r.Gpus)),
        new("seed", "seed of the first draw", r => SummaryValue.Integer(r.Label.Seed)),
        new("seeds", "draws of the workload that each rate was run on", r => SummaryValue.Integer(r.Goal.Seeds)),
        new("slo_ttft_s", "TTFT objective", r => SummaryValue.Seconds(r.Slo.TtftPs)),
        new("slo_tpot_s", "TPOT objective", r => SummaryValue.Seconds(r.Slo.TpotPs)),
        new("target_attainment", "share of all requests that has to meet both", r => SummaryValue.Real(r.Goal.Attainment)),
        new("tolerance", "the lowest rate that misses is at most this share above the capacity", r => SummaryValue.Real(r.Goal.Tolerance)),
        new("capacity_per_s", "highest request rate that meets the target", r => SummaryValue.Real(r.CapacityPerS)),
        new("capacity_low_per_s", "up to here the lower end of the attainment's 95 % confidence interval meets the target", r => SummaryValue.Real(r.Bracket?.LowRatePerS)),
        new("capacity_high_per_s", "from here on its upper end misses the target", r => SummaryValue.Real(r.Bracket?.HighRatePerS)),
        new("slo_attainment", "share of all requests that met both objectives at the capacity, mean over draws", r => SummaryValue.Real(r.Bracket?.Highest?.Attainment)),
        new("ttft_attainment", "share that met the TTFT objective there", r => SummaryValue.Real(r.Bracket?.Highest?.TtftAttainment)),
        new("tpot_attainment", "share that met the TPOT objective there", r => SummaryValue.Real(r.Bracket?.Highest?.TpotAttainment)),
        new("goodput_per_s", "capacity x attainment: requests per second that meet both objectives", r => SummaryValue.Real(r.GoodputPerS)),
        new("goodput_per_gpu_per_s", "requests per second and GPU that meet both objectives", r => SummaryValue.Real(r.GoodputPerGpuPerS)),
        new("price_usd_per_gpu_hour", "price of one GPU", r => SummaryValue.Real(r.PriceUsdPerHour)),
        new("goodput_per_usd", "requests that meet both objectives for a dollar", r => SummaryValue.Real(r.GoodputPerUsd)),
        new("usd_per_million_output_tokens", "cost of a million output tokens at the capacity", r => SummaryValue.Real(r.UsdPerMillionTokens)),
        new("limit", "what is missed first beyond the capacity: TTFT, TPOT, or the queue grows without end", r => Text(r.Limit)),
        new("reason", "why there is no capacity", r => Text(r.Reason)),
    ];

    public static IReadOnlyList<ResultColumn<(CapacityResult Result, LoadPoint Point)>> RateColumns { get; } =
    [
        new("policy", "memory policy", r => SummaryValue.Text(r.Result.Label.Policy)),
        new("rate_per_s", "mean arrivals per second", r => SummaryValue.Real(r.Point.RatePerS)),
        new("slo_attainment", "share of all requests that met both objectives, mean over draws", r => SummaryValue.Real(r.Point.Attainment)),
        new("slo_attainment_half_width", "half of its 95 % confidence interval over the draws", r => SummaryValue.Real(r.Point.HalfWidth)),
        new("ttft_attainment", "share that met the TTFT objective", r => SummaryValue.Real(r.Point.TtftAttainment)),
        new("tpot_attainment", "share that met the TPOT objective", r => SummaryValue.Real(r.Point.TpotAttainment)),
        new("overloaded_share", "share of the draws in which the queue grew without end", r => SummaryValue.Real(r.Point.OverloadedShare)),
        new("ttft_p99_s", "99th percentile of TTFT, mean over draws", r => SummaryValue.Seconds(r.Point.TtftP99Ps)),
        new("tpot_p99_s", "99th percentile of TPOT, mean over draws", r => SummaryValue.Seconds(r.Point.TpotP99Ps)),
        new("busy_share", "share of the window with an iteration in flight", r => SummaryValue.Real(r.Point.BusyShare)),
        new("meets", "yes when the target is met", r => SummaryValue.Text(r.Point.Meets(r.Result.Goal.Attainment) ? "yes" : "no")),
    ];

    public static void WriteCsv(Stream target, IReadOnlyList<CapacityResult> results) => ResultTable.WriteCsv(target, Columns, results);

    public static void WriteJson(Stream target, IReadOnlyList<CapacityResult> results, IWorkload workload, GpuPrices prices)
    {
        JsonObject head = new()
        {
            ["version"] = RunReport.Version,
            ["trace_sha256"] = workload.Original.ContentHash,
            ["draws"] = workload.Draws,
        };
        ResultTable.WriteJson(target, head, "capacities", Columns, results, r => new JsonObject
        {
            ["price_source"] = prices.SourceOf(r.Config.Gpu),
            ["config"] = ConfigBinder.ToTree(r.Config with { Model = r.Label.Model, Gpu = r.Label.Gpu }),
        });
    }

    /// <summary>capacity.csv, capacity.json, rates.csv and run.log.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(
        IReadOnlyList<CapacityResult> results, IWorkload workload, GpuPrices prices, IReadOnlyList<string> log) =>
    [
        ("capacity.csv", s => WriteCsv(s, results)),
        ("capacity.json", s => WriteJson(s, results, workload, prices)),
        ("rates.csv", s => ResultTable.WriteCsv(s, RateColumns, results.SelectMany(r => (r.Bracket?.Tested ?? []).Select(p => (r, p))))),
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(log.Select(line => line + "\n"))))),
    ];

    private static SummaryValue Text(string? text) => text is null ? SummaryValue.Undefined : SummaryValue.Text(text);
}
