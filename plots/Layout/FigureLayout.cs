using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>Places everything: title, legend, panels, notes, top to bottom, none of them on another.</summary>
internal sealed class FigureLayout
{
    public const double Margin = 12;
    public const double TickSize = 10, LabelSize = 11, TitleSize = 13;
    public const double LegendRow = 16, KeyWidth = 20;
    private const double NoteRow = 13, TitleRow = 17, ColumnGap = 18, Overhang = 8, ColourBar = 34;

    private readonly Figure _figure;
    private readonly FigureAxes _axes;

    /// <param name="figure">Its width and the height of its panels say how large it is drawn.</param>
    /// <param name="axes">What its axes span, whatever the size.</param>
    public FigureLayout(Figure figure, FigureAxes axes)
    {
        (_figure, _axes) = (figure, axes);
        double width = figure.Width - (2 * Margin), y = 6;
        Title = TextWidths.Wrap(figure.Title, TitleSize, width, bold: true);
        y += Title.Count * TitleRow;
        LegendTop = y + 4;
        Legend = LegendOf(width, ref y);
        y += HasCells ? ColourBar : Legend.Count == 0 ? 6 : 0;
        Panels = PlacePanels(width, ref y);
        Notes = [.. figure.Notes.SelectMany(n => TextWidths.Wrap(n, TickSize, width))];
        NotesTop = y + 4;
        Height = Math.Ceiling(y + (Notes.Count * NoteRow) + 8);
    }

    public double Height { get; }

    public IReadOnlyList<string> Title { get; }

    public double LegendTop { get; }

    public IReadOnlyList<LegendEntry> Legend { get; }

    public IReadOnlyList<PanelFrame> Panels { get; }

    public IReadOnlyList<string> Notes { get; }

    public double NotesTop { get; }

    public bool HasCells => _figure.Panels.Any(p => p.Marks.Any(m => m is Cells));

    private List<LegendEntry> LegendOf(double width, ref double y)
    {
        List<LegendEntry> entries = [];
        Mark[] marks = [.. _figure.Panels.SelectMany(p => p.Marks).DistinctBy(m => m.Name, StringComparer.Ordinal)];
        if (marks.Count(m => m.InLegend && m is not Cells) < 2)
            return entries;
        double x = Margin;
        for (int i = 0; i < marks.Length; i++)
        {
            if (!marks[i].InLegend || marks[i] is Cells)
                continue;
            string shown = TextWidths.Fit(marks[i].Name, LabelSize, Math.Min(width - KeyWidth - 6, 240));
            double room = KeyWidth + 6 + TextWidths.Of(shown, LabelSize);
            if (x > Margin && x + room > Margin + width)
                (x, y) = (Margin, y + LegendRow);
            entries.Add(new LegendEntry(marks[i].Name, shown, i, x, y + 15, marks[i]));
            x += room + 14;
        }
        y += LegendRow + 6;
        return entries;
    }

    private PanelFrame[] PlacePanels(double width, ref double y)
    {
        int columns = Math.Max(1, Math.Min(_figure.Columns, _figure.Panels.Count)), n = _figure.Panels.Count;
        int most = (int)(_figure.PanelHeight / 30);
        bool ShowsY(int i) => !_figure.SharedY || i % columns == 0;
        bool ShowsX(int i) => !_figure.SharedX || i + columns >= n;
        double[] gutters = new double[columns];
        string[][] yLabels = new string[n][];
        for (int i = 0; i < n; i++)
        {
            double room = width / columns * 0.34;
            yLabels[i] = !ShowsY(i) ? [] : _figure.Panels[i].Y.Categories is { } names
                ? [.. names.Select(c => TextWidths.Fit(c, TickSize, room))]
                : [.. _axes.Y[i].Ticks(most).Select(t => t.Label)];
            double widest = yLabels[i].Select(l => TextWidths.Of(l, TickSize)).DefaultIfEmpty().Max();
            double label = ShowsY(i) && _figure.Panels[i].Y.Label.Length > 0 ? 16 : 0;
            gutters[i % columns] = Math.Max(gutters[i % columns], ShowsY(i) ? widest + 8 + label : 4);
        }
        double plotWidth = Math.Max(40, (width - gutters.Sum() - (ColumnGap * (columns - 1)) - Overhang) / columns);
        PanelFrame[] frames = new PanelFrame[n];
        for (int row = 0; row * columns < n; row++)
        {
            int[] cells = [.. Enumerable.Range(row * columns, Math.Min(columns, n - (row * columns)))];
            y += cells.Any(i => _figure.Panels[i].Title.Length > 0) ? 20 : 9;
            double x = Margin;
            foreach (int i in cells)
            {
                int column = i % columns;
                Rect plot = new(x + gutters[column], y, plotWidth, _figure.PanelHeight);
                frames[i] = Frame(_figure.Panels[i], plot, _axes.X[i], _axes.Y[i], yLabels[i], ShowsX(i), x);
                x = plot.Right + ColumnGap;
            }
            bool labels = cells.Any(i => frames[i].XTicks.Any(t => t.Label.Length > 0)), titles =
                cells.Any(i => frames[i].XLabel.Length > 0);
            y += _figure.PanelHeight + (labels ? 17 : 3) + (titles ? 15 : 0) + 6;
        }
        return frames;
    }

    private static PanelFrame Frame(Panel panel, Rect plot, AxisRange x, AxisRange y, string[] yLabels, bool showX, double left)
    {
        PanelFrame bare = new(panel, plot, x, y) { XTicks = [], YTicks = [], XLabel = "", YLabel = "", Left = left };
        IReadOnlyList<Tick> ys = panel.Y.Categories is { } names
            ? [.. names.Select((c, i) => new Tick(i, yLabels.Length > i ? yLabels[i] : ""))]
            : [.. y.Ticks((int)(plot.Height / 30)).Select((t, i) => t with { Label = yLabels.Length > i ? yLabels[i] : "" })];
        return bare with
        {
            XTicks = XTicksOf(bare, showX),
            YTicks = [.. ys.Select(t => new PlacedTick(bare.PixelY(t.Value), bare.PixelY(t.Value), t.Label))],
            XLabel = showX ? TextWidths.Fit(panel.X.Label, LabelSize, plot.Width + Overhang) : "",
            YLabel = yLabels.Length > 0 ? TextWidths.Fit(panel.Y.Label, LabelSize, plot.Height + 8) : "",
        };
    }

    /// <summary>As many ticks as have room for their labels.</summary>
    private static PlacedTick[] XTicksOf(PanelFrame frame, bool show)
    {
        Rect plot = frame.Plot;
        PlacedTick Place(Tick tick)
        {
            double at = frame.PixelX(tick.Value), half = TextWidths.Of(tick.Label, TickSize) / 2;
            return new PlacedTick(at,
                Math.Clamp(at, plot.X - Overhang + half, Math.Max(plot.X - Overhang + half, plot.Right + Overhang - half)), tick.Label);
        }
        bool Clear(PlacedTick[] ticks) => !ticks.Zip(ticks.Skip(1)).Any(p =>
            p.First.TextAt + ((TextWidths.Of(p.First.Label, TickSize) + TextWidths.Of(p.Second.Label, TickSize)) / 2) + 5
                > p.Second.TextAt);
        if (frame.Panel.X.Categories is { } names)
        {
            for (int stride = 1; ; stride *= 2)
            {
                double room = (plot.Width / Math.Max(1, names.Count) * stride) - 5;
                PlacedTick[] some = [.. names.Select((c, i) => new Tick(i, TextWidths.Fit(c, TickSize, Math.Max(room, 30))))
                    .Where((_, i) => i % stride == 0).Select(Place)];
                if (!show || some.Length < 2 || Clear(some))
                    return show ? some : [.. some.Select(t => t with { Label = "" })];
            }
        }
        for (int most = Math.Max(3, (int)(plot.Width / (frame.X.Scale == Scale.Log ? 24 : 42))); most > 2; most--)
        {
            PlacedTick[] ticks = [.. frame.X.Ticks(most).Select(Place)];
            if (Clear(ticks))
                return show ? ticks : [.. ticks.Select(t => t with { Label = "" })];
        }
        return [.. frame.X.Ticks(2).Take(1).Select(Place).Select(t => show ? t : t with { Label = "" })];
    }
}
