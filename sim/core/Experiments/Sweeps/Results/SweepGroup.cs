using System.Globalization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>Points that differ in their seed alone.</summary>
/// <param name="Points">In the order of the experiment.</param>
public sealed record SweepGroup(IReadOnlyList<PointResult> Points)
{
    public PointResult First => Points[0];

    public int Failed => Points.Count(p => p.Failed is not null);

    /// <summary>In the order of their first points.</summary>
    public static IReadOnlyList<SweepGroup> Of(SweepPlan plan, IReadOnlyList<PointResult> results)
    {
        int seed = plan.Axes.ToList().IndexOf(AxisSetting.Seed);
        return [.. results
            .GroupBy(r => string.Join('\u001f', r.Axes.Where((_, i) => i != seed)), StringComparer.Ordinal)
            .Select(g => new SweepGroup([.. g]))];
    }

    /// <summary>Over the points that have the metric.</summary>
    /// <param name="metric">Place in <see cref="PointResult.MetricNames"/>.</param>
    public MeanInterval Mean(int metric) =>
        MeanInterval.Of([.. Texts(metric).Select(t => double.Parse(t, CultureInfo.InvariantCulture))]);

    /// <summary>The word that all points share, or each with its number: <c>2 stable + 1 overloaded</c>.</summary>
    public string Words(int metric)
    {
        (string Word, int Count)[] counts = [.. Texts(metric).GroupBy(t => t, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))];
        return counts.Length == 1
            ? counts[0].Word
            : string.Join(" + ", counts.Select(c => FormattableString.Invariant($"{c.Count} {c.Word}")));
    }

    /// <summary>True for metrics that are words.</summary>
    public static bool IsText(int metric) => PointResult.MetricNames[metric] == "verdict";

    private IEnumerable<string> Texts(int metric) =>
        Points.Where(p => p.Failed is null).Select(p => p.Metrics[metric]).Where(t => t.Length > 0);
}
