using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>What the axes of every panel span: the same in the page and in a picture of another size.</summary>
internal sealed record FigureAxes(IReadOnlyList<AxisRange> X, IReadOnlyList<AxisRange> Y)
{
    /// <summary>A tick for so many units of an axis.</summary>
    private const double TickWidth = 60, TickHeight = 30;

    /// <summary>From the values of a figure, at the size that it was described with.</summary>
    public static FigureAxes Of(Figure figure)
    {
        int columns = Math.Max(1, Math.Min(figure.Columns, figure.Panels.Count));
        double width = (figure.Width - (2 * FigureLayout.Margin)) / columns;
        return new FigureAxes(
            Ranges(figure, p => p.X, MarkValues.X, figure.SharedX, (int)(width / TickWidth)),
            Ranges(figure, p => p.Y, MarkValues.Y, figure.SharedY, (int)(figure.PanelHeight / TickHeight)));
    }

    private static AxisRange[] Ranges(
        Figure figure, Func<Panel, Axis> axis, Func<Panel, IEnumerable<double>> values, bool shared, int most)
    {
        if (!shared || figure.Panels.Count == 0)
            return [.. figure.Panels.Select(p => AxisRange.Of(axis(p), values(p), most))];
        AxisRange one = AxisRange.Of(axis(figure.Panels[0]), figure.Panels.SelectMany(values), most);
        return [.. figure.Panels.Select(_ => one)];
    }
}
