using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>The summary: a row a policy, every column sortable.</summary>
internal static class SummaryTable
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>What a table of results shows of every run.</summary>
    public static readonly (string Title, string Metric, Func<double, string> Format)[] Columns =
    [
        ("req/s", "request_throughput_per_s", Ticks.Short),
        ("tokens/s", "output_throughput_tokens_per_s", Ticks.Short),
        ("TTFT p50", "ttft_p50_s", Parts.Seconds),
        ("TTFT p99", "ttft_p99_s", Parts.Seconds),
        ("TPOT p50", "tpot_p50_s", Parts.Seconds),
        ("TPOT p99", "tpot_p99_s", Parts.Seconds),
        ("SLO met", "slo_attainment", Parts.Percent),
        ("goodput/s", "goodput_per_s", Ticks.Short),
        ("of live-bytes", "oracle_share", Parts.Percent),
        ("batch", "batch_mean", Ticks.Short),
        ("KV useful", "kv_useful_share", Parts.Percent),
        ("preempted", "preemptions", Ticks.Short),
        ("rejected", "rejected", Ticks.Short),
    ];

    public static void Write(StringBuilder html, IReadOnlyList<RunResult> runs)
    {
        if (!runs.Any(r => r.Summary?["metrics"] is JsonObject))
            return;
        html.Append("<h2>Summary</h2>\n<div class=\"scroll\"><table id=\"summary\">\n<thead><tr><th scope=\"col\" data-sort>policy</th>");
        foreach ((string title, _, _) in Columns)
            html.Append(Culture, $"<th scope=\"col\" data-sort>{title}</th>");
        html.Append("<th scope=\"col\" class=\"word\" data-sort>load</th></tr></thead>\n<tbody>\n");
        foreach (RunResult run in runs)
            Row(html, run);
        html.Append("</tbody></table></div>\n");
    }

    private static void Row(StringBuilder html, RunResult run)
    {
        html.Append(Culture, $"<tr><td>{Xml.Escape(run.Policy)}</td>");
        foreach ((_, string metric, Func<double, string> format) in Columns)
        {
            double value = run.Metric(metric);
            html.Append(double.IsFinite(value)
                ? string.Create(Culture, $"<td data-v=\"{value:R}\">{format(value)}</td>")
                : "<td data-v=\"\">-</td>");
        }
        string verdict = run.NotStarted is not null ? "did not start"
            : run.Summary?["metrics"]?["verdict"] is JsonValue value2 ? value2.ToString() : "";
        html.Append(Culture, $"<td class=\"word\">{Xml.Escape(verdict)}</td></tr>\n");
    }
}
