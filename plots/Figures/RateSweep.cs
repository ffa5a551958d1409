using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Curves against the arrival rate: throughput and goodput, latency percentiles, SLO attainment with the capacity marked.</summary>
public static class RateSweep
{
    public const string ThroughputName = "rate-throughput", LatencyName = "rate-latency", AttainmentName = "rate-attainment";

    private static readonly Axis Rate = new("arrival rate (requests/s)") { FromZero = true };

    public static Figure Throughput(IReadOnlyList<PolicySweep> policies) => new(ThroughputName, "Throughput and goodput against rate",
    [
        One("Throughput", "requests/s", Scale.Linear, policies, p => p.ThroughputPerS),
        One("Goodput", "requests/s that met all SLOs", Scale.Linear, policies, p => p.GoodputPerS),
    ])
    {
        Columns = 2,
        SharedY = true,
        Width = Figure.PageWidth,
    };

    public static Figure Latency(IReadOnlyList<PolicySweep> policies, double? ttftObjectiveS, double? tpotObjectiveS)
    {
        Panel Percentile(string title, Func<RatePoint, double> value, double? objective) =>
            One(title, "seconds", Scale.Log, policies, value) with { References = Parts.Objective(objective, vertical: false, "SLO") };
        return new Figure(LatencyName, "Latency against rate",
        [
            Percentile("TTFT, median", p => p.TtftP50S, ttftObjectiveS),
            Percentile("TPOT, median", p => p.TpotP50S, tpotObjectiveS),
            Percentile("End to end, median", p => p.EndToEndP50S, null),
            Percentile("TTFT, 99th percentile", p => p.TtftP99S, ttftObjectiveS),
            Percentile("TPOT, 99th percentile", p => p.TpotP99S, tpotObjectiveS),
            Percentile("End to end, 99th percentile", p => p.EndToEndP99S, null),
        ])
        {
            Columns = 3,
            SharedX = true,
            Width = Figure.PageWidth,
            PanelHeight = 150,
        };
    }

    /// <param name="target">The share of requests that has to meet the SLOs.</param>
    public static Figure Attainment(IReadOnlyList<PolicySweep> policies, double target = 0.9)
    {
        Panel panel = One("", "requests that met all SLOs (%)", Scale.Linear, policies, p => p.SloAttainment * 100) with
        {
            References = [new Reference(target * 100, Vertical: false, $"target {Parts.Percent(target)}")],
            Annotations = [.. policies.Where(p => p.CapacityPerS is > 0).Select(p => new Annotation(p.CapacityPerS!.Value, target * 100, $"{p.Policy}: {Ticks.Short(p.CapacityPerS.Value)}/s"))],
        };
        Curve[] capacities = [.. policies.Where(p => p.CapacityPerS is > 0).Select((p, i) => new Curve("capacity", [p.CapacityPerS!.Value], [target * 100], CurveKind.Points) { Style = 7 })];
        return new Figure(AttainmentName, "SLO attainment against rate", [panel with { Y = panel.Y with { Min = 0, Max = 100 }, Marks = [.. panel.Marks, .. capacities] }])
        {
            PanelHeight = 220,
            Notes = capacities.Length > 0 ? ["Capacity is the highest rate at which the target is met."] : [],
        };
    }

    private static Panel One(string title, string axis, Scale scale, IReadOnlyList<PolicySweep> policies, Func<RatePoint, double> value) => new(
        title, Rate, new Axis(axis) { Scale = scale, FromZero = true },
        [.. policies.Select(p => new Curve(p.Policy, [.. p.Points.Select(r => r.RatePerS)], [.. p.Points.Select(value)]))]);
}
