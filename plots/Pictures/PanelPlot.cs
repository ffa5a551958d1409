using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;
using ScottPlot;
using Box = ELLM.Sim.Plots.Charts.Box;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>One panel as a ScottPlot plot: axes, grid, marks and reference lines, without words.</summary>
/// <remarks>ScottPlot has no logarithmic axes: values are given as decimal logarithms, and the ticks say what they stand for.</remarks>
internal sealed class PanelPlot
{
    private const float TickLength = 3;
    private readonly Plot _plot;
    private readonly PanelFrame _frame;
    private readonly FigureSeries _series;
    private readonly PictureTheme _theme;

    private PanelPlot(Plot plot, PanelFrame frame, FigureSeries series, PictureTheme theme) =>
        (_plot, _frame, _series, _theme) = (plot, frame, series, theme);

    /// <param name="frame">Where the panel lies and what its axes span.</param>
    /// <param name="series">Of the whole figure: they decide the colours.</param>
    public static Plot Of(PanelFrame frame, FigureSeries series, PictureTheme theme)
    {
        Plot plot = new();
        PanelPlot panel = new(plot, frame, series, theme);
        panel.Axes();
        foreach (Mark mark in frame.Panel.Marks)
            panel.Draw(mark);
        foreach (Reference line in frame.References)
            panel.Draw(line);
        return plot;
    }

    /// <summary>A value as a coordinate of the plot.</summary>
    public static double At(double value, Scale scale) => scale == Scale.Log ? Math.Log10(value) : value;

    private double AtX(double value) => At(value, _frame.X.Scale);

    private double AtY(double value) => At(value, _frame.Y.Scale);

    private void Axes()
    {
        double left = AtX(_frame.X.Low), right = AtX(_frame.X.High), bottom = AtY(_frame.Y.Low), top = AtY(_frame.Y.High);
        // Categories are listed from the top.
        if (_frame.Panel.Y.Categories is not null)
            (bottom, top) = (top, bottom);
        _plot.Axes.SetLimits(left, right, bottom, top);
        // The figure has one legend, outside the data.
        _plot.HideLegend();
        _plot.FigureBackground.Color = Colors.Transparent;
        _plot.DataBackground.Color = Colors.Transparent;
        Rect plot = _frame.Plot;
        Style(_plot.Axes.Bottom, Ticked(_frame.XTicks, t => left + ((t.At - plot.X) / plot.Width * (right - left))));
        Style(_plot.Axes.Left, Ticked(_frame.NamedYTicks, t => bottom + ((plot.Bottom - t.At) / plot.Height * (top - bottom))));
        _plot.Axes.Right.FrameLineStyle.Width = _plot.Axes.Top.FrameLineStyle.Width = 0;
        _plot.Grid.MajorLineColor = _theme.Grid;
        _plot.Grid.XAxisStyle.IsVisible = _frame.Panel.X.Categories is null;
        _plot.Grid.YAxisStyle.IsVisible = _frame.Panel.Y.Categories is null;
    }

    private void Style(IAxis axis, ScottPlot.TickGenerators.NumericManual ticks)
    {
        axis.TickGenerator = ticks;
        axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = _theme.Soft;
        axis.MajorTickStyle.Length = TickLength;
        axis.TickLabelStyle.ForeColor = _theme.Ink;
        axis.TickLabelStyle.FontSize = (float)FigureLayout.TickSize;
        axis.TickLabelStyle.FontName = BundledFont.Family;
        axis.TickLabelStyle.SubpixelText = true;
    }

    private static ScottPlot.TickGenerators.NumericManual Ticked(IEnumerable<PlacedTick> ticks, Func<PlacedTick, double> at)
    {
        ScottPlot.TickGenerators.NumericManual manual = new();
        foreach (PlacedTick tick in ticks)
            manual.AddMajor(at(tick), tick.Label);
        return manual;
    }

    private void Draw(Reference reference)
    {
        ScottPlot.Plottables.AxisLine line = reference.Vertical
            ? _plot.Add.VerticalLine(AtX(reference.Value))
            : _plot.Add.HorizontalLine(AtY(reference.Value));
        (line.LineColor, line.LineWidth, line.LinePattern) = (_theme.Soft, 1, Strokes.Reference);
    }

    private void Draw(Mark mark)
    {
        int style = _series.Style(mark);
        switch (mark)
        {
            case Curve curve:
                Draw(curve, style);
                break;
            case Band band:
                Draw(band, style);
                break;
            case ErrorBars bars:
                Draw(bars, style);
                break;
            case Boxes boxes:
                foreach (Box box in boxes.Items.Where(
                    b => AxisRange.Drawable(b.X1, Scale.Linear) && AxisRange.Drawable(b.Y1, Scale.Linear)))
                    Rectangle(boxes.Name, box, _theme.Fill(style));
                break;
            case Cells cells:
                for (int row = 0; row < cells.Values.Length; row++)
                {
                    for (int column = 0; column < cells.Values[row].Length; column++)
                    {
                        Box box = new(column - 0.5, column + 0.5, row - 0.5, row + 0.5, "", "");
                        Rectangle(cells.Name, box, Color.FromHex(_series.Cell(cells.Values[row][column]).Colour)).LineWidth = 0;
                    }
                }
                break;
        }
    }

    /// <summary>A run of points without a gap is one line; markers are another series without a name.</summary>
    private void Draw(Curve curve, int style)
    {
        int[] drawn = CurvePoints.Drawn(curve, _frame);
        for (int from = 0; curve.Kind != CurveKind.Points && from < drawn.Length;)
        {
            int to = from + 1;
            while (to < drawn.Length && drawn[to] == drawn[to - 1] + 1)
                to++;
            ScottPlot.Plottables.Scatter line = _plot.Add.ScatterLine(Points(curve, drawn[from..to]), _theme.Line(style));
            (line.LegendText, line.LineWidth, line.LinePattern) = (curve.Name, Strokes.LineWidth, Strokes.Dash(style));
            line.ConnectStyle = curve.Kind == CurveKind.Step ? ConnectStyle.StepHorizontal : ConnectStyle.Straight;
            from = to;
        }
        int[] marked = [.. CurvePoints.Marked(curve, drawn, _series.Place(curve))];
        if (marked.Length == 0)
            return;
        ScottPlot.Plottables.Scatter markers = _plot.Add.ScatterPoints(Points(curve, marked), _theme.Line(style));
        (markers.MarkerShape, markers.MarkerSize, markers.MarkerLineWidth) =
            (Strokes.Marker(style), Strokes.MarkerSize, Strokes.MarkerWidth);
        markers.LegendText = curve.Kind == CurveKind.Points ? curve.Name : "";
    }

    private Coordinates[] Points(Curve curve, int[] indices) =>
        Array.ConvertAll(indices, i => new Coordinates(AtX(curve.X[i]), AtY(curve.Y[i])));

    private void Draw(Band band, int style)
    {
        List<(double X, double Low, double High)> edge = [];
        for (int i = 0; i < band.X.Length; i++)
        {
            if (!_frame.Shows(band.X[i], band.Low[i]) || !_frame.Shows(band.X[i], band.High[i]))
                continue;
            (double x, double low, double high) = (AtX(band.X[i]), AtY(band.Low[i]), AtY(band.High[i]));
            // A value holds until the next point.
            if (band.Step && edge.Count > 0)
                edge.Add((x, edge[^1].Low, edge[^1].High));
            edge.Add((x, low, high));
        }
        if (edge.Count == 0)
            return;
        ScottPlot.Plottables.FillY area = _plot.Add.FillY(edge);
        area.FillColor = band.Solid ? _theme.Fill(style) : _theme.Line(style).WithAlpha(0.2);
        area.LineWidth = area.MarkerSize = 0;
        area.LegendText = band.Name;
    }

    private void Draw(ErrorBars bars, int style)
    {
        int[] drawn = [.. Enumerable.Range(0, bars.X.Length)
            .Where(i => _frame.Shows(bars.X[i], bars.Low[i]) && _frame.Shows(bars.X[i], bars.High[i]))];
        if (drawn.Length == 0)
            return;
        double[] low = Array.ConvertAll(drawn, i => AtY(bars.Low[i]));
        ScottPlot.Plottables.ErrorBar drawnBars = new(
            Array.ConvertAll(drawn, i => AtX(bars.X[i])), low, null, null,
            [.. drawn.Select((i, k) => AtY(bars.High[i]) - low[k])], new double[drawn.Length])
        {
            LegendText = bars.Name,
            LineColor = _theme.Line(style),
            LineWidth = Strokes.MarkerWidth,
            CapSize = 3,
        };
        _plot.Add.Plottable(drawnBars);
    }

    private ScottPlot.Plottables.Rectangle Rectangle(string name, Box box, Color fill)
    {
        ScottPlot.Plottables.Rectangle drawn = _plot.Add.Rectangle(AtX(box.X0), AtX(box.X1), AtY(box.Y0), AtY(box.Y1));
        (drawn.FillColor, drawn.LineColor, drawn.LineWidth, drawn.LegendText) = (fill, _theme.Paper, 0.5f, name);
        return drawn;
    }
}
