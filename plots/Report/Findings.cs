using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Plots.Report;

/// <summary>What was run and what came out, in sentences, and the words that the page uses.</summary>
internal static class Findings
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private static readonly (string Word, string Meaning)[] Words =
    [
        ("TTFT", "time to first token: from a request's arrival to its first output token, waiting included"),
        ("TPOT", "time per output token after the first: how fast the answer streams"),
        ("SLO attainment", "share of all requests that met the objectives; rejected and unfinished requests missed them"),
        ("goodput", "requests per second that met all objectives"),
        ("of live-bytes", "share of the goodput that the same scheduler reaches when memory holds live bytes only and the host is no distance away; of output tokens/s where that goodput is 0"),
        ("KV useful", "share of the KV memory that was taken which held tokens; the rest was reserved or wasted"),
        ("preemptions", "times a running request lost its KV cache and had to fetch or compute it again"),
        ("p50, p99", "half of the requests were at least as fast as the p50, all but 1 % as the p99"),
    ];

    public static void Write(StringBuilder html, IReadOnlyList<RunResult> runs)
    {
        foreach (string sentence in Sentences(runs))
            html.Append(Culture, $"<p>{Xml.Escape(sentence)}</p>\n");
        Pairs(html, [.. runs.Where(r => r.Metric("completed") > 0).Select(Explained)]);
        WriteWords(html);
    }

    public static void WriteWords(StringBuilder html)
    {
        html.Append("<details><summary>Words on this page</summary>\n<dl>\n");
        foreach ((string word, string meaning) in Words)
            html.Append(Culture, $"<dt>{word}</dt><dd>{meaning}</dd>\n");
        html.Append("</dl>\n</details>\n");
    }

    private static IEnumerable<string> Sentences(IReadOnlyList<RunResult> runs)
    {
        RunResult? first = runs.FirstOrDefault(r => r.Summary?["metrics"] is JsonObject);
        if (first is null)
            yield break;
        string gpus = first.Ranks == 1 ? "1 x " : string.Create(Culture, $"{first.Ranks} x ");
        yield return $"{first.Metric("requests").ToString("#,0", Culture)} requests of {first.Trace} on {gpus}{HtmlReport.Plain(first.Summary!["gpu"])} serving {HtmlReport.Plain(first.Summary["model"])}."
            + $" Objectives: TTFT {Parts.Seconds(first.Metric("slo_ttft_s"))}, TPOT {Parts.Seconds(first.Metric("slo_tpot_s"))}.";
        RunResult[] ranked = [.. runs.Where(r => double.IsFinite(r.Metric("goodput_per_s"))).OrderByDescending(r => r.Metric("goodput_per_s"))];
        if (ranked.Length >= 2)
        {
            RunResult best = ranked[0], next = ranked[1], last = ranked[^1];
            string others = ranked.Length > 2 ? $"{Against(best, next)}, {Against(best, last)}" : Against(best, next);
            yield return $"Highest goodput: {best.Policy} with {Ticks.Short(best.Metric("goodput_per_s"))} requests/s ({Parts.Percent(best.Metric("slo_attainment"))} of the requests met the objectives): {others}.";
        }
        foreach (string sentence in Explanations.AgainstBest([.. runs.Where(r => r.Metric("completed") > 0).Select(Explained)]))
            yield return sentence;
        foreach (RunResult run in runs.Where(r => r.NotStarted is not null))
            yield return $"{run.Policy} did not start: {run.NotStarted}";
    }

    /// <summary>With more than two runs, what separates every pair of them.</summary>
    private static void Pairs(StringBuilder html, List<ExplainedRun> runs)
    {
        if (runs.Count < 3)
            return;
        html.Append("<details><summary>Every pair of policies</summary>\n");
        foreach (string sentence in Explanations.EveryPair(runs))
            html.Append(Culture, $"<p>{Xml.Escape(sentence)}</p>\n");
        html.Append("</details>\n");
    }

    private static ExplainedRun Explained(RunResult run)
    {
        double requests = run.Metric("requests");
        double Term(string name) => run.Metric($"{name}_total_s") is var total && double.IsFinite(total) && requests > 0 ? total / requests : 0;
        long lost = (long)(requests - run.Metric("completed"));
        bool bound = run.Setting("policy", "layout") == "live";
        return new ExplainedRun(new MeanLedger(run.Policy, [.. LedgerTerms.All.Select(t => Term(t.Name))], lost), bound);
    }

    private static string Against(RunResult a, RunResult b) => (a.Metric("goodput_per_s") / b.Metric("goodput_per_s")) switch
    {
        < 1.005 => $"level with {b.Policy}",
        < 100 and double times => string.Create(Culture, $"{times:0.00} times {b.Policy}"),
        > 0 => $"more than 100 times {b.Policy}",
        _ => $"{b.Policy} as low",
    };
}
