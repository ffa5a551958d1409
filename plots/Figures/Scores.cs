using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Throughput, goodput and SLO attainment, bars a policy; and the same as shares of the oracle.</summary>
public static class Scores
{
    public const string Name = "scores", OracleName = "live-bytes";

    public static Figure Of(IReadOnlyList<PolicyScore> policies)
    {
        (IReadOnlyList<PolicyScore> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxRows);
        string[] names = [.. kept.Select(p => p.Policy)];
        Axis rows = new("") { Categories = names };
        Panel rates = new("Requests per second", new Axis("requests/s") { FromZero = true }, rows, [.. Series.Bars(names,
        [
            ("throughput", Palette.Cyan, [.. kept.Select(p => p.RequestsPerS)]),
            ("goodput (all SLOs met)", Palette.Indigo, [.. kept.Select(p => p.GoodputPerS)]),
        ], Ticks.Short)]);
        Panel attainment = new("SLO attainment", new Axis("requests that met all SLOs (%)") { Min = 0, Max = 100 }, rows,
            [.. Series.Bars(names, [("attainment", Palette.Teal, [.. kept.Select(p => p.SloAttainment * 100)])],
                v => Parts.Percent(v / 100))]);
        return new Figure(Name, "Throughput and service", [rates, attainment])
        {
            Columns = 2,
            SharedY = true,
            Width = Figure.PageWidth,
            PanelHeight = Parts.RowsHeight(kept.Count) * 1.25,
            Notes = notes,
        };
    }

    /// <summary>Throughput and goodput as a share of each policy's oracle.</summary>
    public static Figure ShareOfOracle(IReadOnlyList<PolicyShare> policies)
    {
        (IReadOnlyList<PolicyShare> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxRows);
        string[] names = [.. kept.Select(p => p.Policy)];
        Panel panel = new("", new Axis("share of live-bytes (%)") { FromZero = true }, new Axis("") { Categories = names },
            [.. Series.Bars(names,
            [
                ("output tokens/s", Palette.Cyan, [.. kept.Select(p => 100 * p.OutputTokens)]),
                ("goodput", Palette.Indigo, [.. kept.Select(p => 100 * p.Goodput)]),
            ], v => Parts.Percent(v / 100))])
        {
            References = [new Reference(100, Vertical: true, "live-bytes")],
        };
        return new Figure(OracleName, "How near to live bytes only", [panel])
        {
            PanelHeight = Parts.RowsHeight(kept.Count) * 1.25,
            Notes = notes
        };
    }
}
