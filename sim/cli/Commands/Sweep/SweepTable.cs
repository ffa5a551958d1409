using System.Globalization;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary>The groups of a sweep as people read them: means over seeds and, after ±, the half-widths of their 95 % intervals.</summary>
internal static class SweepTable
{
    /// <summary>Shown when the experiment keeps them all.</summary>
    private static readonly string[] Usual = ["request_throughput_per_s", "ttft_p50_s", "ttft_p99_s", "tpot_p50_s", "tpot_p99_s",
        "slo_attainment", "goodput_per_s", "verdict"];

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["request_throughput_per_s"] = "req/s",
        ["output_throughput_tokens_per_s"] = "tok/s",
        ["ttft_p50_s"] = "TTFT p50",
        ["ttft_p99_s"] = "TTFT p99",
        ["tpot_p50_s"] = "TPOT p50",
        ["tpot_p99_s"] = "TPOT p99",
        ["slo_attainment"] = "SLO",
        ["goodput_per_s"] = "goodput",
    };

    public static void Write(TextWriter target, SweepPlan plan, IReadOnlyList<PointResult> results)
    {
        IReadOnlyList<SweepGroup> groups = SweepGroup.Of(plan, results);
        int[] axes = [.. Enumerable.Range(0, plan.Axes.Count).Where(i => plan.Axes[i] != AxisSetting.Seed)];
        string[] usual = [.. Usual.Where(plan.Metrics.Contains)];
        string[] shown = plan.Metrics.Count == PointResult.MetricNames.Count ? usual : [.. plan.Metrics.Take(Usual.Length)];
        int[] metrics = [.. shown.Select(name => PointResult.MetricNames.ToList().IndexOf(name))];
        bool failures = groups.Any(g => g.Failed > 0);
        bool counted = groups.Any(g => g.Points.Count > 1);
        string[] left = [.. axes.Select(i => plan.Axes[i]).Where(a => a is AxisSetting.Policy or AxisSetting.Trace or "model" or "gpu"),
            "verdict"];
        TextTable table = new(
            [.. axes.Select(i => plan.Axes[i]), .. counted ? ["points"] : Array.Empty<string>(),
                .. failures ? ["failed"] : Array.Empty<string>(), .. shown.Select(name => Titles.GetValueOrDefault(name, name))],
            left);
        target.Write(
            $"{plan.Name}: {Words.Count(results.Count)} points{(counted ? ", mean ± half-width of the 95 % interval over seeds" : "")}\n\n");
        foreach (SweepGroup group in groups)
        {
            table.Add(
            [
                .. axes.Select(i => group.First.Axes[i]),
                .. counted ? [Words.Count(group.Points.Count)] : Array.Empty<string>(),
                .. failures ? [Words.Count(group.Failed)] : Array.Empty<string>(),
                .. metrics.Select(m => Cell(group, m)),
            ]);
        }
        table.Write(target);
    }

    private static string Cell(SweepGroup group, int metric)
    {
        if (SweepGroup.IsText(metric))
            return group.Failed == group.Points.Count ? Words.Undefined : group.Words(metric);
        MeanInterval mean = group.Mean(metric);
        if (mean.Mean is not double value)
            return Words.Undefined;
        Func<double, string> write = Writer(PointResult.MetricNames[metric]);
        return mean.HalfWidth is double half ? $"{write(value)} ± {write(half)}" : write(value);
    }

    private static Func<double, string> Writer(string name)
    {
        if (name.EndsWith("_s", StringComparison.Ordinal) && !name.EndsWith("_per_s", StringComparison.Ordinal))
            return seconds => Words.Duration((long)Math.Min(seconds * 1e12, 9e18));
        if (name.EndsWith("_attainment", StringComparison.Ordinal) || name.EndsWith("_share", StringComparison.Ordinal) || name is "mfu"
            || name.EndsWith("_utilization", StringComparison.Ordinal))
            return share => Words.Percent(share);
        return number =>
            number == Math.Floor(number) && number < 1e15 ? number.ToString("#,0", CultureInfo.InvariantCulture) : Words.Rate(number);
    }
}
