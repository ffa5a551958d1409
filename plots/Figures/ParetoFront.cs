using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Cost against latency of many configurations, with those that no other beats in both.</summary>
public static class ParetoFront
{
    public const string Name = "pareto";
    private const int Labelled = 8;

    /// <param name="latencies">A panel each: its title, and the configurations.</param>
    public static Figure Of(
        string costLabel, string latencyLabel, params IReadOnlyList<(string Title, IReadOnlyList<ParetoPoint> Points)> latencies) =>
        new(Name, "Cost against latency", [.. latencies.Select(l => One(l.Title, costLabel, latencyLabel, l.Points))])
        {
            Columns = latencies.Count,
            Width = latencies.Count > 1 ? Figure.PageWidth : Figure.ColumnWidth,
            PanelHeight = 260,
            Notes = ["No configuration is both cheaper and faster than one on the front."],
        };

    private static Panel One(string title, string costLabel, string latencyLabel, IReadOnlyList<ParetoPoint> points)
    {
        IReadOnlyList<ParetoPoint> front = Front(points);
        return new Panel(title, new Axis(costLabel) { FromZero = true }, new Axis(latencyLabel) { FromZero = true },
        [
            new Curve("configurations", [.. points.Select(p => p.Cost)], [.. points.Select(p => p.Latency)],
                CurveKind.Points) { Style = 0 },
            new Curve("Pareto front", [.. front.Select(p => p.Cost)], [.. front.Select(p => p.Latency)], CurveKind.Step) { Style = 1 },
        ])
        {
            Annotations = [.. front.Take(Labelled).Select(p => new Annotation(p.Cost, p.Latency, p.Label))],
        };
    }

    /// <summary>Cheapest first; each faster than all cheaper ones.</summary>
    public static IReadOnlyList<ParetoPoint> Front(IEnumerable<ParetoPoint> points)
    {
        List<ParetoPoint> front = [];
        foreach (ParetoPoint point in points.Where(p => double.IsFinite(p.Cost) && double.IsFinite(p.Latency)).OrderBy(p => p.Cost)
            .ThenBy(p => p.Latency))
        {
            if (front.Count == 0 || point.Latency < front[^1].Latency)
                front.Add(point);
        }
        return front;
    }
}
