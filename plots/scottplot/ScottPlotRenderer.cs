using ELLM.Sim.Plots.Charts;
using Colour = ScottPlot.Color;

namespace ELLM.Sim.Plots.ScottPlotRendering;

/// <summary>Draws the chart model with ScottPlot 5: PNG, SVG and WebP where its native library is at hand.</summary>
/// <remarks>ScottPlot has no logarithmic axes: values are drawn as decimal logarithms and the ticks say what they stand for.</remarks>
public static class ScottPlotRenderer
{
    private const int Columns = 420, Rows = 300;

    private static readonly ScottPlot.MarkerShape[] Markers =
    [
        ScottPlot.MarkerShape.OpenCircle, ScottPlot.MarkerShape.OpenSquare, ScottPlot.MarkerShape.OpenTriangleUp, ScottPlot.MarkerShape.OpenDiamond,
        ScottPlot.MarkerShape.Eks, ScottPlot.MarkerShape.Cross, ScottPlot.MarkerShape.OpenTriangleDown, ScottPlot.MarkerShape.Asterisk,
    ];

    private static readonly ScottPlot.LinePattern[] Patterns =
        [ScottPlot.LinePattern.Solid, ScottPlot.LinePattern.Dashed, ScottPlot.LinePattern.Dotted, ScottPlot.LinePattern.DenselyDashed];

    /// <summary>Writes a figure; PNG holds all panels in one image, SVG and WebP have a file a panel. Returns the files.</summary>
    /// <param name="path">Without extension.</param>
    /// <param name="format">png, svg or webp.</param>
    public static IReadOnlyList<string> Save(Figure figure, string path, string format)
    {
        Figure thin = Thinning.Apply(figure);
        Dictionary<string, int> series = new(StringComparer.Ordinal);
        foreach (Mark mark in thin.Panels.SelectMany(p => p.Marks))
            series.TryAdd(mark.Name, series.Count);
        if (format == "png")
        {
            ScottPlot.Multiplot all = new();
            all.AddPlots(thin.Panels.Count);
            for (int i = 0; i < thin.Panels.Count; i++)
                Draw(all.GetPlot(i), thin.Panels[i], series, i == 0 ? thin.Title : "");
            int columns = Math.Clamp(thin.Columns, 1, Math.Max(1, thin.Panels.Count)), rows = (thin.Panels.Count + columns - 1) / columns;
            all.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns);
            all.SavePng(path + ".png", Columns * columns * 2, Rows * rows * 2);
            return [path + ".png"];
        }
        List<string> files = [];
        for (int i = 0; i < thin.Panels.Count; i++)
        {
            ScottPlot.Plot plot = new();
            Draw(plot, thin.Panels[i], series, thin.Title);
            string file = thin.Panels.Count == 1 ? $"{path}.{format}" : $"{path}-{i + 1}.{format}";
            if (format == "svg")
                plot.SaveSvg(file, Columns, Rows);
            else
                plot.SaveWebp(file, Columns * 2, Rows * 2);
            files.Add(file);
        }
        return files;
    }

    private static void Draw(ScottPlot.Plot plot, Panel panel, Dictionary<string, int> series, string title)
    {
        AxisRange x = AxisRange.Of(panel.X, panel.Marks.SelectMany(Xs), 6), y = AxisRange.Of(panel.Y, panel.Marks.SelectMany(Ys), 6);
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (Mark mark in panel.Marks)
            Draw(plot, mark, panel, mark.Style ?? series[mark.Name], mark.InLegend && named.Add(mark.Name) ? mark.Name : "");
        foreach (Reference line in panel.References)
        {
            ScottPlot.Plottables.AxisLine drawn = line.Vertical ? plot.Add.VerticalLine(At(line.Value, panel.X)) : plot.Add.HorizontalLine(At(line.Value, panel.Y));
            drawn.LinePattern = ScottPlot.LinePattern.Dashed;
            drawn.Color = Colour.FromHex("#555555");
            drawn.LegendText = line.Label;
        }
        foreach (Annotation note in panel.Annotations)
            plot.Add.Text(note.Text, At(note.X, panel.X), At(note.Y, panel.Y));
        plot.Axes.Bottom.TickGenerator = Ticked(panel.X, x);
        plot.Axes.Left.TickGenerator = Ticked(panel.Y, y);
        (double bottom, double top) = panel.Y.Categories is null ? (At(y.Low, panel.Y), At(y.High, panel.Y)) : (y.High, y.Low);
        plot.Axes.SetLimits(At(x.Low, panel.X), At(x.High, panel.X), bottom, top);
        plot.Title(title.Length > 0 && panel.Title.Length > 0 ? $"{title}: {panel.Title}" : title + panel.Title);
        plot.XLabel(panel.X.Label);
        plot.YLabel(panel.Y.Label);
        if (named.Count > 1)
            plot.ShowLegend();
    }

    private static void Draw(ScottPlot.Plot plot, Mark mark, Panel panel, int style, string name)
    {
        Colour line = Colour.FromHex(Palette.Lines[style % Palette.Lines.Count].Light), fill = Colour.FromHex(Palette.Fills[style % Palette.Fills.Count].Light);
        switch (mark)
        {
            case Curve curve:
                ScottPlot.Plottables.Scatter scatter = plot.Add.Scatter(Along(curve.X, panel.X), Along(curve.Y, panel.Y));
                scatter.Color = line;
                scatter.LegendText = name;
                scatter.LineWidth = curve.Kind == CurveKind.Points ? 0 : 1.6f;
                scatter.LinePattern = Patterns[style % Patterns.Length];
                scatter.ConnectStyle = curve.Kind == CurveKind.Step ? ScottPlot.ConnectStyle.StepHorizontal : ScottPlot.ConnectStyle.Straight;
                scatter.MarkerShape = Markers[style % Markers.Length];
                scatter.MarkerSize = curve.Kind == CurveKind.Points || (curve.Markers && curve.X.Length <= 40) ? 6 : 0;
                break;
            case Band { X.Length: > 0 } band:
                ScottPlot.Plottables.FillY area = plot.Add.FillY(Along(band.X, panel.X), Along(band.Low, panel.Y), Along(band.High, panel.Y));
                area.FillColor = band.Solid ? fill : line.WithAlpha(0.2);
                area.LineWidth = 0;
                area.LegendText = name;
                break;
            case ErrorBars bars:
                for (int i = 0; i < bars.X.Length; i++)
                    plot.Add.Line(At(bars.X[i], panel.X), At(bars.Low[i], panel.Y), At(bars.X[i], panel.X), At(bars.High[i], panel.Y)).LineColor = line;
                break;
            case Boxes boxes:
                foreach (Box box in boxes.Items)
                {
                    Rectangle(plot, At(box.X0, panel.X), At(box.X1, panel.X), At(box.Y0, panel.Y), At(box.Y1, panel.Y), fill, name);
                    name = "";
                }
                break;
            case Cells cells:
                double[] known = [.. cells.Values.SelectMany(r => r).Where(double.IsFinite)];
                double low = known.DefaultIfEmpty().Min(), high = known.DefaultIfEmpty().Max();
                for (int row = 0; row < cells.Values.Length; row++)
                {
                    for (int column = 0; column < cells.Values[row].Length; column++)
                    {
                        double value = cells.Values[row][column];
                        string colour = double.IsFinite(value) ? Palette.Heat(high > low ? (value - low) / (high - low) : 0.5).Colour : "#DDDDDD";
                        Rectangle(plot, column - 0.5, column + 0.5, row - 0.5, row + 0.5, Colour.FromHex(colour), "");
                    }
                }
                break;
        }
    }

    private static void Rectangle(ScottPlot.Plot plot, double left, double right, double bottom, double top, Colour fill, string name)
    {
        ScottPlot.Plottables.Rectangle drawn = plot.Add.Rectangle(left, right, bottom, top);
        drawn.FillColor = fill;
        drawn.LineWidth = 0;
        drawn.LegendText = name;
    }

    private static ScottPlot.TickGenerators.NumericManual Ticked(Axis axis, AxisRange range)
    {
        ScottPlot.TickGenerators.NumericManual ticks = new();
        IReadOnlyList<Tick> wanted = axis.Categories is { } names ? [.. names.Select((name, i) => new Tick(i, name))] : range.Ticks(6);
        foreach (Tick tick in wanted)
            ticks.AddMajor(At(tick.Value, axis), tick.Label);
        return ticks;
    }

    private static double At(double value, Axis axis) => axis.Scale == Scale.Log ? (value > 0 ? Math.Log10(value) : double.NaN) : value;

    private static double[] Along(double[] values, Axis axis) => Array.ConvertAll(values, v => At(v, axis));

    private static IEnumerable<double> Xs(Mark mark) => mark switch
    {
        Curve c => c.X,
        Band b => b.X,
        ErrorBars e => e.X,
        Boxes b => b.Items.SelectMany(i => (double[])[i.X0, i.X1]),
        _ => [],
    };

    private static IEnumerable<double> Ys(Mark mark) => mark switch
    {
        Curve c => c.Y,
        Band b => b.Low.Concat(b.High),
        ErrorBars e => e.Low.Concat(e.High),
        Boxes b => b.Items.SelectMany(i => (double[])[i.Y0, i.Y1]),
        _ => [],
    };
}
