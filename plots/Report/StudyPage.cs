using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;

namespace ELLM.Sim.Plots.Report;

/// <summary>The pages of 'ellm capacity', 'ellm plan' and 'ellm phase'.</summary>
internal static class StudyPage
{
    public static ReportContent OfCapacity(string directory)
    {
        ResultRows capacities = ResultRows.Load(Path.Combine(directory, "capacity.csv")), rates =
            ResultRows.Load(Path.Combine(directory, "rates.csv"));
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = StudyFigures.OfCapacity(capacities, rates);
        RowColumn[] columns =
        [
            new("policy", "policy"), new("capacity, req/s", "capacity_per_s", Ticks.Short),
            new("surely met up to", "capacity_low_per_s", Ticks.Short),
            new("surely missed from", "capacity_high_per_s", Ticks.Short), new("SLO met", "slo_attainment", Parts.Percent),
            new("goodput/s", "goodput_per_s", Ticks.Short),
            new("per GPU", "goodput_per_gpu_per_s", Ticks.Short), new("USD/M output tokens", "usd_per_million_output_tokens", Ticks.Short),
            new("limit", "limit"), new("reason", "reason"),
        ];
        string trace = capacities.Rows.Count > 0 ? capacities.Text(capacities.Rows[0], "trace") : "";
        return Page($"{trace}: capacity of {capacities.Rows.Count} policies", JsonFile.Load(Path.Combine(directory, "capacity.json")),
            "capacities", capacities, columns, figures, skipped);
    }

    public static ReportContent OfPlan(string directory)
    {
        ResultRows deployments = ResultRows.Load(Path.Combine(directory, "plan.csv"));
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = StudyFigures.OfPlan(deployments);
        RowColumn[] columns =
        [
            new("gpu", "gpu"), new("policy", "policy"), new("tp", "tp", Ticks.Short), new("replicas", "replicas", Ticks.Short),
            new("GPUs", "gpus", Ticks.Short),
            new("USD/h", "usd_per_hour", Ticks.Short), new("USD/M output tokens", "usd_per_million_output_tokens", Ticks.Short),
            new("SLO met", "slo_attainment", Parts.Percent),
            new("TTFT p99", "ttft_p99_s", Parts.Seconds), new("TPOT p99", "tpot_p99_s", Parts.Seconds),
            new("busy", "busy_share", Parts.Percent), new("reason", "reason"),
        ];
        JsonObject about = JsonFile.Load(Path.Combine(directory, "plan.json"));
        return Page($"{about["trace"]}: the cheapest deployments", about, "", deployments, columns, figures, skipped);
    }

    public static ReportContent OfPhase(string directory)
    {
        ResultRows cells = ResultRows.Load(Path.Combine(directory, "phase.csv"));
        RowColumn[] columns =
        [
            new("prompt", "prompt_tokens", Ticks.Short), new("load", "load", Ticks.Short), new("req/s", "rate_per_s", Ticks.Short),
            new("policy", "policy"), new("SLO met", "slo_attainment", Parts.Percent), new("gain", "gain", Parts.Percent),
            new("half of its interval", "gain_half_width", Parts.Percent), new("named", "named", Ticks.Short),
        ];
        JsonObject about = JsonFile.Load(Path.Combine(directory, "phase.json"));
        string title = $"Where a policy pays against {about["baseline"]}";
        return Page(title, about, "", cells, columns, [PhaseMap.Of(cells)], []);
    }

    /// <param name="settings">Entry of the JSON file whose objects hold a configuration each; empty: none is shown.</param>
    private static ReportContent Page(
        string title, JsonObject about, string settings, ResultRows rows, RowColumn[] columns, IReadOnlyList<Figure> figures,
        IReadOnlyList<string> skipped) => new(
        title.TrimStart(':', ' '),
        html =>
        {
            Findings.WriteWords(html);
            RowTable.Write(html, rows, columns);
        },
        figures,
        skipped,
        (html, command) =>
        {
            if (about[settings] is JsonArray list)
                Origin.Write(html, [.. list.OfType<JsonObject>().Select(entry => WithSource(entry, about))], command);
            else
                Origin.WriteHead(html, command, about["version"]?.ToString() ?? "", about["trace_sha256"]?.ToString() ?? "");
        });

    private static RunResult WithSource(JsonObject entry, JsonObject about)
    {
        JsonObject summary = entry.DeepClone().AsObject();
        (summary["version"], summary["trace_sha256"]) = (about["version"]?.DeepClone(), about["trace_sha256"]?.DeepClone());
        return new RunResult(entry["policy"]?.ToString() ?? "") { Summary = summary };
    }
}
