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
        new("seeds", "traces drawn from the workload for the interval; of finite runs: draws that each rate was run on",
            r => SummaryValue.Integer(r.Goal.Draws)),
        new("trace_requests", "requests of the workload", r => SummaryValue.Integer(r.TraceRequests)),
        new("block_requests", "consecutive requests that stay together where the workload is extended or drawn from",
            r => Count(r.BlockRequests)),
        new("slo_ttft_s", "TTFT objective", r => SummaryValue.Seconds(r.Slo.TtftPs)),
        new("slo_tpot_s", "TPOT objective", r => SummaryValue.Seconds(r.Slo.TpotPs)),
        new("target_attainment", "share of all requests that has to meet the objectives", r => SummaryValue.Real(r.Goal.Attainment)),
        new("tolerance", "the lowest rate that misses is at most this share above the capacity", r => SummaryValue.Real(r.Goal.Tolerance)),
        new("answer", "steady; too short: the interval is the answer; finite: of runs as long as the workload; none",
            r => SummaryValue.Text(r.Answer)),
        new("capacity_per_s", "highest request rate that meets the target", r => SummaryValue.Real(r.CapacityPerS)),
        new("capacity_low_per_s", "lower end of its 95 % interval", r => SummaryValue.Real(r.Bracket?.LowRatePerS)),
        new("capacity_high_per_s", "upper end", r => SummaryValue.Real(r.Bracket?.HighRatePerS)),
        new("requests", "measured requests of the replay at the capacity", r => Count(r.At?.Requests)),
        new("served_per_s", "requests finished per second there", r => SummaryValue.Real(r.At?.ServedPerS)),
        new("slo_attainment", "share of all requests that met the objectives there",
            r => SummaryValue.Real(r.Bracket?.Highest?.Attainment)),
        new("ttft_attainment", "share that met the TTFT objective there", r => SummaryValue.Real(r.Bracket?.Highest?.TtftAttainment)),
        new("tpot_attainment", "share that met the TPOT objective there", r => SummaryValue.Real(r.Bracket?.Highest?.TpotAttainment)),
        new("goodput_per_s", "requests finished per second that met the objectives", r => SummaryValue.Real(r.GoodputPerS)),
        new("goodput_per_gpu_per_s", "requests finished per second and GPU that met the objectives",
            r => SummaryValue.Real(r.GoodputPerGpuPerS)),
        new("price_usd_per_gpu_hour", "price of one GPU", r => SummaryValue.Real(r.PriceUsdPerHour)),
        new("goodput_per_usd", "requests that meet the objectives for a dollar", r => SummaryValue.Real(r.GoodputPerUsd)),
        new("usd_per_million_output_tokens", "cost of a million output tokens served there", r => SummaryValue.Real(r.UsdPerMillionTokens)),
        new("limit", "what is missed first beyond the capacity: TTFT, TPOT, or queue: work in flight grows without end",
            r => Text(r.Limit)),
        new("reason", "why there is no capacity, or none that so few requests can tell", r => Text(r.Reason)),
    ];

    public static IReadOnlyList<ResultColumn<(CapacityResult Result, LoadPoint Point)>> RateColumns { get; } =
    [
        new("policy", "memory policy", r => SummaryValue.Text(r.Result.Label.Policy)),
        new("rate_per_s", "mean arrivals per second", r => SummaryValue.Real(r.Point.RatePerS)),
        new("requests", "measured requests of the replay", r => SummaryValue.Integer(r.Point.Requests)),
        new("served_per_s", "requests finished per second", r => SummaryValue.Real(r.Point.ServedPerS)),
        new("slo_attainment", "share of all requests that met the objectives; of finite runs: mean over draws",
            r => SummaryValue.Real(r.Point.Attainment)),
        new("slo_attainment_half_width", "half of its 95 % confidence interval", r => SummaryValue.Real(r.Point.HalfWidth)),
        new("ttft_attainment", "share that met the TTFT objective", r => SummaryValue.Real(r.Point.TtftAttainment)),
        new("tpot_attainment", "share that met the TPOT objective", r => SummaryValue.Real(r.Point.TpotAttainment)),
        new("in_flight_mean", "requests in flight, time average", r => Trend(r, t => t.Mean)),
        new("in_flight_growth", "share of the arrivals that only made work in flight grow", r => Trend(r, t => t.GrowthShare)),
        new("ttft_p99_s", "99th percentile of TTFT", r => SummaryValue.Seconds(r.Point.TtftP99Ps)),
        new("tpot_p99_s", "99th percentile of TPOT", r => SummaryValue.Seconds(r.Point.TpotP99Ps)),
        new("busy_share", "share of the time with an iteration in flight", r => SummaryValue.Real(r.Point.BusyShare)),
        new("meets", "yes when the target is met", r => SummaryValue.Text(r.Point.Meets(r.Result.Goal.Attainment) ? "yes" : "no")),
    ];

    public static void WriteCsv(Stream target, IReadOnlyList<CapacityResult> results) => ResultTable.WriteCsv(target, Columns, results);

    public static void WriteJson(Stream target, IReadOnlyList<CapacityResult> results, IWorkload workload, GpuPrices prices)
    {
        JsonObject head = new()
        {
            ["version"] = RunReport.Version,
            ["trace_sha256"] = workload.Original.ContentHash,
            ["draws"] = results[0].Goal.Finite ? workload.Draws : "extended and drawn by blocks",
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

    private static SummaryValue Count(int? count) => count is int known ? SummaryValue.Integer(known) : SummaryValue.Undefined;

    private static SummaryValue Trend((CapacityResult Result, LoadPoint Point) row, Func<InFlightTrend, double> get) =>
        row.Result.Goal.Finite ? SummaryValue.Undefined : SummaryValue.Real(get(row.Point.InFlight));

    private static SummaryValue Text(string? text) => text is null ? SummaryValue.Undefined : SummaryValue.Text(text);
}
