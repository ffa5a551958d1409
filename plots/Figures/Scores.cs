using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Throughput, goodput and SLO attainment, bars a policy; and the same as shares of the oracle.</summary>
public static class Scores
{
    public const string Name = "scores", OracleName = "oracle";

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
            [.. Series.Bars(names, [("attainment", Palette.Teal, [.. kept.Select(p => p.SloAttainment * 100)])], v => Parts.Percent(v / 100))]);
        return new Figure(Name, "Throughput and service", [rates, attainment])
        {
            Columns = 2,
            SharedY = true,
            Width = Figure.PageWidth,
            PanelHeight = Parts.RowsHeight(kept.Count) * 1.25,
            Notes = notes,
        };
    }

    /// <summary>Throughput and goodput as a share of a bound that no policy can beat.</summary>
    /// <param name="oracle">The bound: the row of <paramref name="policies"/> with this name.</param>
    public static Figure ShareOfOracle(IReadOnlyList<PolicyScore> policies, string oracle)
    {
        PolicyScore bound = policies.FirstOrDefault(p => p.Policy == oracle) ?? new PolicyScore(oracle, double.NaN, double.NaN, double.NaN, double.NaN);
        (IReadOnlyList<PolicyScore> kept, IReadOnlyList<string> notes) = Parts.First([.. policies.Where(p => p.Policy != oracle)], Parts.MaxRows);
        string[] names = [.. kept.Select(p => p.Policy)];
        double[] Share(Func<PolicyScore, double> value) => [.. kept.Select(p => value(bound) > 0 ? 100 * value(p) / value(bound) : double.NaN)];
        Panel panel = new("", new Axis($"share of {oracle} (%)") { FromZero = true }, new Axis("") { Categories = names }, [.. Series.Bars(names,
        [
            ("output tokens/s", Palette.Cyan, Share(p => p.OutputTokensPerS)),
            ("goodput", Palette.Indigo, Share(p => p.GoodputPerS)),
        ], v => Parts.Percent(v / 100))])
        {
            References = [new Reference(100, Vertical: true, oracle)],
        };
        return new Figure(OracleName, "How near to the bound", [panel]) { PanelHeight = Parts.RowsHeight(kept.Count) * 1.25, Notes = notes };
    }
}
