using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Every figure that a directory of runs has the data for, and one line for each that it has not.</summary>
public static class RunFigures
{
    private static readonly (string Name, Func<IReadOnlyList<RunResult>, (Figure? Figure, string Reason)> Make)[] All =
    [
        (Scores.Name, MakeScores),
        (Scores.OracleName, MakeOracle),
        (LatencyCdf.Name, MakeLatency),
        (TimeLedger.Name, MakeLedger),
        (MemoryOverTime.Name, MakeMemory),
        (LoadOverTime.Name, MakeLoad),
        (WasteSplit.Name, MakeWaste),
        (WorkloadPortrait.Name, MakeWorkload),
    ];

    /// <summary>Columns of timeline.csv that sum to the GPU's memory, from the bottom of the stack.</summary>
    /// <summary>Timelines of earlier versions have none.</summary>
    private const string Prefixes = "prefix_idle_bytes";

    private static readonly (MemoryLayer Layer, string Column)[] MemoryColumns =
    [
        (MemoryLayer.Weights, "weights_bytes"),
        (MemoryLayer.Runtime, "runtime_bytes"),
        (MemoryLayer.ActivationsLive, "activation_live_bytes"),
        (MemoryLayer.ActivationsIdle, "activation_idle_bytes"),
        (MemoryLayer.KvLive, "kv_used_bytes"),
        (MemoryLayer.KvIdle, "kv_idle_bytes"),
        (MemoryLayer.PrefixesIdle, Prefixes),
        (MemoryLayer.Free, "free_bytes"),
        (MemoryLayer.Outside, "outside_bytes"),
    ];

    /// <summary>Names for <c>--figure</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name)];

    /// <summary>The figures in reading order, and why others are not among them.</summary>
    public static (IReadOnlyList<Figure> Figures, IReadOnlyList<string> Skipped) Of(IReadOnlyList<RunResult> runs)
    {
        List<Figure> figures = [];
        List<string> skipped = [];
        foreach ((string name, Func<IReadOnlyList<RunResult>, (Figure?, string)> make) in All)
        {
            (Figure? figure, string reason) = make(runs);
            if (figure is not null)
                figures.Add(figure);
            else
                skipped.Add($"{name}: not drawn: {reason}");
        }
        return (figures, skipped);
    }

    private static (Figure?, string) MakeScores(IReadOnlyList<RunResult> runs) =>
        ScoresOf(runs) is { Count: > 0 } scores ? (Scores.Of(scores), "") : (null, "summary.json has no metrics");

    private static (Figure?, string) MakeOracle(IReadOnlyList<RunResult> runs)
    {
        double Share(RunResult run, string metric) =>
            run.Metric("oracle_" + metric) is > 0 and double oracle ? run.Metric(metric) / oracle : double.NaN;
        List<PolicyShare> shares = [.. runs.Where(r => double.IsFinite(r.Metric("oracle_share"))).Select(r => new PolicyShare(
            r.Policy, Share(r, "output_throughput_tokens_per_s"), Share(r, "goodput_per_s")))];
        return shares.Count == 0 ? (null, "no live-bytes row was run") : (Scores.ShareOfOracle(shares), "");
    }

    private static List<PolicyScore> ScoresOf(IReadOnlyList<RunResult> runs) =>
        [.. runs.Where(r => r.Summary?["metrics"] is JsonObject).Select(r => new PolicyScore(
            r.Policy, r.Metric("request_throughput_per_s"), r.Metric("goodput_per_s"), r.Metric("output_throughput_tokens_per_s"),
            r.Metric("slo_attainment")))];

    private static (Figure?, string) MakeLatency(IReadOnlyList<RunResult> runs)
    {
        List<RunResult> with = Having(runs, r => r.Requests, out string reason, "ttft_s", "tpot_s", "e2e_s");
        return with.Count == 0 ? (null, reason) : (LatencyCdf.Of(
            [.. with.Select(r => new PolicyLatencies(r.Policy, r.Requests!["ttft_s"], r.Requests["tpot_s"], r.Requests["e2e_s"]))],
            Objective(with, "slo_ttft_s"), Objective(with, "slo_tpot_s")), "");
    }

    private static double? Objective(List<RunResult> runs, string name) =>
        runs.Select(r => r.Metric(name)).Where(double.IsFinite).Distinct().ToArray() is [double one] ? one : null;

    private static (Figure?, string) MakeLedger(IReadOnlyList<RunResult> runs)
    {
        string[] terms = [.. LedgerTerms.All.Select(t => t.Name)];
        List<RunResult> with = Having(runs, r => r.Requests, out string reason, ["e2e_s", .. terms.Select(t => t + "_s")]);
        return with.Count == 0 ? (null, reason) : (TimeLedger.Of([.. with.Select(r => Ledger(r, terms))]), "");
    }

    private static PolicyLedger Ledger(RunResult run, string[] terms)
    {
        double[] latency = run.Requests!["e2e_s"];
        int[] finished = [.. Enumerable.Range(0, latency.Length).Where(i => double.IsFinite(latency[i]))
            .OrderByDescending(i => latency[i])];
        int[] slowest = finished[..Math.Min(finished.Length, Math.Max(1, (finished.Length + 99) / 100))];
        double[] Mean(int[] rows) => [.. terms.Select(t => rows.Length == 0 ? 0 : rows.Average(i => run.Requests[t + "_s"][i]))];
        return new PolicyLedger(run.Policy, terms, Mean(finished), Mean(slowest));
    }

    private static (Figure?, string) MakeMemory(IReadOnlyList<RunResult> runs)
    {
        List<RunResult> with =
            Having(runs, r => r.Timeline, out string reason, ["time_s", "kv_host_bytes", .. MemoryColumns.Select(c => c.Column).Where(c => c != Prefixes)]);
        return with.Count == 0 ? (null, reason) : (MemoryOverTime.Of([.. with.Select(Memory)]), "");
    }

    private static PolicyMemory Memory(RunResult run)
    {
        NumberTable t = OneReplica(run.Timeline!);
        return new PolicyMemory(run.Policy, t["time_s"],
            [.. MemoryColumns.Where(c => t.Has(c.Column)).Select(c => (c.Layer, t[c.Column])).Where(l => l.Item2.Any(b => b > 0))], t["kv_host_bytes"]);
    }

    private static (Figure?, string) MakeLoad(IReadOnlyList<RunResult> runs)
    {
        List<RunResult> with = Having(runs, r => r.Timeline, out string reason, "time_s", "running", "waiting");
        return with.Count == 0 ? (null, reason) : (LoadOverTime.Of([.. with.Select(r =>
        {
            NumberTable t = OneReplica(r.Timeline!);
            return new PolicyLoad(r.Policy, t["time_s"], t["running"], t["waiting"], t.Has("parked") ? t["parked"] : new double[t.Rows]);
        })]), "");
    }

    private static (Figure?, string) MakeWaste(IReadOnlyList<RunResult> runs)
    {
        List<PolicyWaste> waste = [.. runs.Where(r => double.IsFinite(r.Metric("kv_useful_share"))).Select(r => new PolicyWaste(
            r.Policy, r.Metric("kv_useful_share"), r.Metric("kv_reserved_share"), r.Metric("kv_internal_share"),
            r.Metric("kv_external_share")))];
        return waste.Count == 0 ? (null, "summary.json has no KV shares") : (WasteSplit.Of(waste), "");
    }

    private static (Figure?, string) MakeWorkload(IReadOnlyList<RunResult> runs)
    {
        List<RunResult> with = Having(runs, r => r.Requests, out string reason, "arrival_s", "input_tokens", "output_tokens");
        return with.Count == 0 ? (null, reason) : (WorkloadPortrait.Of(
            new WorkloadData(with[0].Trace, with[0].Requests!["arrival_s"], with[0].Requests!["input_tokens"],
                with[0].Requests!["output_tokens"])), "");
    }

    /// <summary>Of a cluster, the first replica: replicas do not share memory or a batch.</summary>
    private static NumberTable OneReplica(NumberTable timeline) =>
        timeline.Has("replica") ? timeline.Where(i => timeline["replica"][i] == 0) : timeline;

    private static List<RunResult> Having(
        IReadOnlyList<RunResult> runs, Func<RunResult, NumberTable?> table, out string reason, params string[] columns)
    {
        List<RunResult> with = [.. runs.Where(r => table(r) is { Rows: > 0 } t && t.Has(columns))];
        RunResult? partial = runs.FirstOrDefault(r => table(r) is not null);
        reason = partial is null ? "its file is not there"
            : table(partial)!.Missing(columns) is string missing ? $"{Path.GetFileName(table(partial)!.File)} has no column {missing}"
            : $"{Path.GetFileName(table(partial)!.File)} has no rows";
        return with;
    }
}
