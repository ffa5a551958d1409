using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>A metric of a real run and of ours.</summary>
/// <param name="Metric">ttft, tpot, itl, e2e, throughput.</param>
/// <param name="Statistic">mean, p50, p90, p95, p99, each (mean absolute error of single requests).</param>
/// <param name="Unit">s or 1/s.</param>
/// <param name="Real">As the client saw it; null for errors of single requests.</param>
/// <param name="Ours">Likewise.</param>
/// <param name="ErrorPercent">Ours less real, over real; unsigned for single requests.</param>
public sealed record OwnRunRow(string Metric, string Statistic, string Unit, double? Real, double? Ours, double? ErrorPercent)
{
    private static readonly (string Name, int Permille)[] Quantiles = [("p50", 500), ("p90", 900), ("p95", 950), ("p99", 990)];

    internal static IEnumerable<OwnRunRow> Of(ClientRun run, ClientRequest[] sent, RunReport report, LogHistogram ours)
    {
        RequestRecord[] records = report.Outcome!.Records.ToArray();
        foreach (OwnRunRow row in Latency("ttft", sent, records, r => r.TtftS, RequestLatencyOf(RequestLatency.Ttft)))
            yield return row;
        foreach (OwnRunRow row in Latency("tpot", sent, records, r => r.TpotS, RequestLatencyOf(RequestLatency.Tpot)))
            yield return row;
        if (run.GapsS.Count > 0 && ours.Count > 0)
        {
            long[] real = [.. run.GapsS.Select(Ps).Order()];
            yield return Pair("itl", "mean", run.GapsS.Average(), new SimTime(ours.ToDistribution().MeanPs).Seconds);
            foreach ((string name, int permille) in Quantiles)
                yield return Pair("itl", name, Seconds(Distribution.Quantile(real, permille)), Seconds(ours.Quantile(permille)));
        }
        foreach (OwnRunRow row in Latency("e2e", sent, records, r => r.LatencyS, RequestLatencyOf(RequestLatency.EndToEnd)))
            yield return row;
        double realS = sent.Max(r => r.StartS + r.LatencyS) - sent[0].StartS;
        if (realS > 0 && report.Summary!.RequestsPerS is double rate)
            yield return Pair("requests", "throughput", sent.Length / realS, rate) with { Unit = "1/s" };
        if (realS > 0 && report.Summary!.OutputTokensPerS is double tokens)
            yield return Pair("output tokens", "throughput", sent.Sum(r => (double)r.Output) / realS, tokens) with { Unit = "1/s" };
    }

    private static IEnumerable<OwnRunRow> Latency(
        string metric, ClientRequest[] sent, RequestRecord[] records, Func<ClientRequest, double?> real, Func<RequestRecord, double?> ours)
    {
        (double Real, double Ours)[] pairs =
        [
            .. sent.Select((r, i) => (Real: real(r), Ours: ours(records[i]))).Where(p => p is { Real: not null, Ours: not null })
                .Select(p => (p.Real!.Value, p.Ours!.Value)),
        ];
        if (pairs.Length == 0)
            yield break;
        yield return Pair(metric, "mean", pairs.Average(p => p.Real), pairs.Average(p => p.Ours));
        long[] measured = [.. pairs.Select(p => Ps(p.Real)).Order()], simulated = [.. pairs.Select(p => Ps(p.Ours)).Order()];
        foreach ((string name, int permille) in Quantiles)
            yield return Pair(metric, name, Seconds(Distribution.Quantile(measured, permille)),
                Seconds(Distribution.Quantile(simulated, permille)));
        (double Real, double Ours)[] positive = [.. pairs.Where(p => p.Real > 0)];
        if (positive.Length > 0)
            yield return new OwnRunRow(metric, "each", "s", null, null, positive.Average(p => Math.Abs(p.Ours - p.Real) / p.Real) * 100);
    }

    private static OwnRunRow Pair(string metric, string statistic, double real, double ours) =>
        new(metric, statistic, "s", real, ours, real > 0 ? (ours - real) / real * 100 : null);

    private delegate long? Picoseconds(in RequestRecord record);

    private static Func<RequestRecord, double?> RequestLatencyOf(Picoseconds latency) => record => latency(record) is long ps
        ? Seconds(ps) : null;

    private static double Seconds(long ps) => new SimTime(ps).Seconds;

    private static long Ps(double seconds) => (long)Math.Round(Math.Clamp(seconds, 0, 9e6) * SimTime.PsPerSecond);
}
