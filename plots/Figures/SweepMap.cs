using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>A metric over two swept settings, as a heat map.</summary>
public static class SweepMap
{
    public const string GoodputName = "map-goodput", AttainmentName = "map-attainment";

    /// <param name="values"><c>values[row][column]</c>; NaN where nothing ran.</param>
    public static Figure Of(
        string name, string metric, string xLabel, IReadOnlyList<string> columns, string yLabel, IReadOnlyList<string> rows,
        double[][] values) =>
        new(name, $"{metric} against {xLabel} and {yLabel}",
            [new Panel("", new Axis(xLabel) { Categories = columns }, new Axis(yLabel) { Categories = rows }, [new Cells(metric, values)])])
        {
            PanelHeight = Math.Clamp(rows.Count * 26, 60, 400),
        };
}
