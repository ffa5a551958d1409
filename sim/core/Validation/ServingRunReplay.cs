using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Validation;

/// <summary>Replays a recorded serving run under the current vLLM scheduler and compares request by request.</summary>
public static class ServingRunReplay
{
    /// <summary>Bounds of a replay with nothing tuned to it, per cent: mean TPOT, per-request TPOT MAPE, mean latency, mean TTFT.</summary>
    public const double TpotBound = 2;

    public const double RequestTpotBound = 3;

    public const double LatencyBound = 3;

    public const double TtftBound = 5;

    /// <param name="folder">The run.</param>
    /// <param name="tables">Operator tables to time it with; null: the formulas.</param>
    /// <param name="bounded">Whether its rows pass or fail.</param>
    public static IEnumerable<ValidationRow> Rows(string folder, string? tables, bool bounded)
    {
        ServingRun run = ServingRun.Read(folder);
        List<Assignment> settings = [.. run.Settings];
        if (tables is not null)
            settings.Add(new Assignment("timing.model", $"table:{tables}"));
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm-v1"), settings);
        Deployment deployment = Deployment.Resolve(config);
        RunOutcome outcome = Simulation.Run(deployment, run.Trace);
        return Compare(run, deployment, outcome, tables is null ? "formulas" : "tables", bounded);
    }

    private static IEnumerable<ValidationRow> Compare(
        ServingRun run, Deployment deployment, RunOutcome outcome, string timing, bool bounded)
    {
        ErrorStatistics tpot = new();
        ErrorStatistics latency = new();
        List<(double Measured, double Ours)> ttfts = [];
        List<(double Measured, double Ours)> tpots = [];
        List<(double Measured, double Ours)> latencies = [];
        for (int i = 0; i < run.Measured.Count; i++)
        {
            (double ttft, double? perToken, double end) = run.Measured[i];
            RequestRecord record = outcome.Records[i];
            if (RequestLatency.EndToEnd(record) is not long ours)
                continue;
            string request = FormattableString.Invariant($"request {i}");
            ttfts.Add((ttft, Seconds(RequestLatency.Ttft(record)!.Value)));
            latencies.Add((end, Seconds(ours)));
            latency.Add(end, Seconds(ours), request);
            if (perToken is double measured && RequestLatency.Tpot(record) is long predicted)
            {
                tpots.Add((measured, Seconds(predicted)));
                tpot.Add(measured, Seconds(predicted), request);
            }
        }
        string title = $"{run.Title} replay, {timing}";
        string note =
            FormattableString.Invariant(
                $"{run.Notes}; {deployment.Budget.KvBlocks} KV blocks used, {outcome.Counters.Preemptions} preemptions; vllm-v1, overhead {deployment.Config.Engine.Overhead}");
        double? Bound(double bound) => bounded ? bound : null;
        int lost = run.Measured.Count - latencies.Count;
        if (lost > 0)
            yield return new ValidationRow($"{title}: requests finished", run.Measured.Count, latencies.Count, "requests",
                -100.0 * lost / run.Measured.Count, Bound(0), bounded ? false : null, "rejected requests are left out of the rows below");
        yield return ValidationRow.Of($"{title}: mean TPOT", Mean(tpots, p => p.Measured) * 1e3, Mean(tpots, p => p.Ours) * 1e3, "ms",
            Bound(TpotBound), note);
        yield return ValidationRow.Mape($"{title}: TPOT of each request", tpot, Bound(RequestTpotBound));
        yield return ValidationRow.Of($"{title}: mean TTFT", Mean(ttfts, p => p.Measured) * 1e3, Mean(ttfts, p => p.Ours) * 1e3, "ms",
            Bound(TtftBound));
        yield return ValidationRow.Of($"{title}: mean latency", Mean(latencies, p => p.Measured), Mean(latencies, p => p.Ours), "s",
            Bound(LatencyBound));
        yield return ValidationRow.Mape($"{title}: latency of each request", latency, null);
    }

    private static double Mean(List<(double Measured, double Ours)> pairs, Func<(double Measured, double Ours), double> of) =>
        pairs.Average(of);

    private static double Seconds(long ps) => new SimTime(ps).Seconds;
}
