using System.Globalization;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Regression;

/// <summary>How far a metric may move before a check fails. The larger of both bounds holds; zero for both is exact.</summary>
/// <param name="Absolute">In the metric's own unit.</param>
/// <param name="Relative">Share of the baseline's value.</param>
/// <param name="WorseOnly">Moves for the better are reported and pass; so do, where the bound is that of every metric, moves of
/// those that have no better.</param>
public sealed record Tolerance(double Absolute = 0, double Relative = 0, bool WorseOnly = false)
{
    public static Tolerance Exact { get; } = new();

    public bool Allows(double before, double now) => Math.Abs(now - before) <= Math.Max(Absolute, Relative * Math.Abs(before));

    /// <summary>Parses <c>METRIC=1%</c>, <c>METRIC=0.05</c> or <c>METRIC=1%,worse</c>; the metric <c>*</c> is every other one.</summary>
    /// <exception cref="InputException">Not a tolerance, of no metric, or of one that has no worse.</exception>
    public static (string Metric, Tolerance Tolerance) Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw Wrong(text);
        Tolerance tolerance = Exact;
        foreach (string part in text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            bool percent = part.EndsWith('%');
            if (part == "worse")
                tolerance = tolerance with { WorseOnly = true };
            else if (!double.TryParse(percent ? part[..^1] : part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                || !(value >= 0) || !double.IsFinite(value))
                throw Wrong(text);
            else
                tolerance = percent ? tolerance with { Relative = value / 100 } : tolerance with { Absolute = value };
        }
        string metric = text[..equals].Trim();
        if (metric != "*")
            Check(text, metric, tolerance);
        return (metric, tolerance);
    }

    private static void Check(string text, string metric, Tolerance tolerance)
    {
        SummaryColumn? column = SummaryColumns.Metrics.FirstOrDefault(c => c.Name == metric);
        if (column is null)
        {
            string? near = NearestName.Of(metric, SummaryColumns.Metrics.Select(c => c.Name));
            throw new InputException(
                $"--tolerance {text}: no metric {metric}{(near is null ? "; docs/results.md lists them" : $" (did you mean '{near}'?)")}");
        }
        if (tolerance.WorseOnly && column.Better.WhyNot is string why)
            throw new InputException($"--tolerance {text}: {metric} has no worse ({why}): leave ',worse' out");
    }

    private static InputException Wrong(string text) =>
        new($"--tolerance {text}: expected METRIC=1% (of the baseline), METRIC=0.05 (in its unit), METRIC=1%,worse, or * for every metric");
}
