using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Curves against the arrival rate, or against another swept setting: throughput and goodput, latency percentiles, SLO
/// attainment with the capacity marked.</summary>
/// <param name="Label">Of the axis, with its unit.</param>
/// <param name="Words">In titles.</param>
/// <param name="Scattered">Points that no line joins: each also differs in something else.</param>
public sealed record RateSweep(
    string Label = "arrival rate (requests/s)", string Words = "rate", Scale Scale = Scale.Linear, bool Scattered = false)
{
    public const string ThroughputName = "rate-throughput", LatencyName = "rate-latency", AttainmentName = "rate-attainment";
    private const int FewSeries = 4;

    public Figure Throughput(IReadOnlyList<PolicySweep> policies) => new(ThroughputName, $"Throughput and goodput against {Words}",
    [
        One("Throughput", "requests/s", Scale.Linear, policies, p => p.ThroughputPerS, p => p.ThroughputHalfWidth),
        One("Goodput", "requests/s that met all SLOs", Scale.Linear, policies, p => p.GoodputPerS, p => p.GoodputHalfWidth),
    ])
    {
        Columns = 2,
        SharedY = true,
        Width = Figure.PageWidth,
        PanelHeight = 210,
        Notes = IntervalNote(policies, p => p.ThroughputHalfWidth),
    };

    public Figure Latency(
        IReadOnlyList<PolicySweep> policies, double? ttftObjectiveS, double? tpotObjectiveS, IReadOnlyList<string>? notes = null)
    {
        Panel? Percentile(string title, Func<RatePoint, double> value, double? objective) =>
            policies.Count > 0 && !policies.Any(s => s.Points.Any(p => double.IsFinite(value(p))))
                ? null
                : One(title, "seconds", Scale.Log, policies,
                    value) with
                { References = Parts.Objective(objective, vertical: false, "SLO") };
        Panel?[] panels =
        [
            Percentile("TTFT, median", p => p.TtftP50S, ttftObjectiveS),
            Percentile("TPOT, median", p => p.TpotP50S, tpotObjectiveS),
            Percentile("End to end, median", p => p.EndToEndP50S, null),
            Percentile("TTFT, 99th percentile", p => p.TtftP99S, ttftObjectiveS),
            Percentile("TPOT, 99th percentile", p => p.TpotP99S, tpotObjectiveS),
            Percentile("End to end, 99th percentile", p => p.EndToEndP99S, null),
        ];
        Panel[] drawn = [.. panels.OfType<Panel>()];
        return new Figure(LatencyName, $"Latency against {Words}", drawn)
        {
            Columns = drawn.Length % 3 == 0 ? 3 : 2,
            SharedX = true,
            Width = Figure.PageWidth,
            PanelHeight = 150,
            Notes = notes ?? [],
        };
    }

    /// <param name="target">The share of requests that has to meet the SLOs; null when none was asked for.</param>
    public Figure Attainment(IReadOnlyList<PolicySweep> policies, double? target)
    {
        PolicySweep[] searched = [.. policies.Where(p => target is not null && p.CapacityPerS is > 0)];
        double percent = (target ?? 0) * 100;
        Panel panel =
            One("", "requests that met all SLOs (%)", Scale.Linear, policies, p => p.SloAttainment * 100, p => p.AttainmentHalfWidth * 100,
                0, 100) with
            {
                References = target is double share ? [new Reference(percent, Vertical: false, $"target {Parts.Percent(share)}")] : [],
                Annotations = [.. searched.Select(
                    p => new Annotation(p.CapacityPerS!.Value, percent, $"{p.Policy}: {Ticks.Short(p.CapacityPerS.Value)}/s"))],
            };
        Curve[] capacities = [.. searched.Select(
            p => new Curve("capacity", [p.CapacityPerS!.Value], [percent], CurveKind.Points) { Style = 7 })];
        return new Figure(AttainmentName, $"SLO attainment against {Words}",
            [panel with { Y = panel.Y with { Min = 0, Max = 100 }, Marks = [.. panel.Marks, .. capacities] }])
        {
            Width = policies.Count > FewSeries ? Figure.PageWidth : Figure.ColumnWidth,
            PanelHeight = 260,
            Notes = [.. capacities.Length > 0 ? ["Capacity is the highest rate at which the target is met."] : Array.Empty<string>(),
                .. IntervalNote(policies, p => p.AttainmentHalfWidth)],
        };
    }

    private static string[] IntervalNote(IReadOnlyList<PolicySweep> policies, Func<RatePoint, double> half) =>
        policies.Any(s => s.Points.Any(p => half(p) > 0)) ? ["Means over draws of the workload; bars are 95 % confidence intervals."] : [];

    private Panel One(
        string title, string axis, Scale scale, IReadOnlyList<PolicySweep> policies, Func<RatePoint, double> value,
        Func<RatePoint, double>? half = null, double least = 0, double most = double.PositiveInfinity)
    {
        List<Mark> marks = [];
        foreach (PolicySweep sweep in policies)
        {
            RatePoint[] sure = half is null ? [] : [.. sweep.Points.Where(p => half(p) > 0)];
            marks.Add(
                new Curve(sweep.Policy, [.. sweep.Points.Select(p => p.At)], [.. sweep.Points.Select(value)],
                    Scattered ? CurveKind.Points : CurveKind.Line));
            if (sure.Length > 0)
            {
                marks.Add(new ErrorBars(
                    sweep.Policy, [.. sure.Select(p => p.At)], [.. sure.Select(p => Math.Max(least, value(p) - half!(p)))],
                    [.. sure.Select(p => Math.Min(most, value(p) + half!(p)))]));
            }
        }
        return new Panel(title, new Axis(Label) { FromZero = true, Scale = Scale }, new Axis(axis) { Scale = scale, FromZero = true },
            marks);
    }
}
