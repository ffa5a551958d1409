using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Svg;

/// <summary>Draws marks and their keys. A name has one colour, dash and marker in all panels of a figure.</summary>
internal sealed class SvgMarks
{
    private const int MarkersOnEveryPoint = 40;
    private const int MarkersOnLongCurves = 5;
    private const double Radius = 2.8;
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private readonly StringBuilder _svg;
    private readonly Dictionary<string, int> _series = new(StringComparer.Ordinal);
    private readonly Cells[] _cells;
    private readonly double _low, _high;

    public SvgMarks(StringBuilder svg, Figure figure)
    {
        _svg = svg;
        foreach (Mark mark in figure.Panels.SelectMany(p => p.Marks))
            _series.TryAdd(mark.Name, _series.Count);
        _cells = [.. figure.Panels.SelectMany(p => p.Marks).OfType<Cells>()];
        double[] values = [.. _cells.SelectMany(c => c.Values).SelectMany(r => r).Where(v => AxisRange.Drawable(v, Scale.Linear))];
        (_low, _high) = values.Length == 0 ? (0, 0) : (values.Min(), values.Max());
    }

    /// <summary>Where marks have written words of their own, for words that come later.</summary>
    public List<Rect> Words { get; } = [];

    public void Draw(Mark mark, PanelFrame frame)
    {
        int series = _series[mark.Name], style = mark.Style ?? series;
        _svg.Append(Culture, $"<g data-s=\"{series}\">");
        switch (mark)
        {
            case Curve curve:
                Draw(curve, frame, style, series);
                break;
            case Band band:
                Draw(band, frame, style);
                break;
            case ErrorBars bars:
                Draw(bars, frame, style);
                break;
            case Boxes boxes:
                Draw(boxes, frame, style);
                break;
            case Cells cells:
                Draw(cells, frame);
                break;
        }
        _svg.Append("</g>\n");
    }

    /// <summary>The sample in the legend.</summary>
    public void Swatch(Mark mark, int series, double x, double y)
    {
        int style = mark.Style ?? series;
        if (mark is Boxes or Band)
        {
            string look = mark is Band { Solid: false } ? Pale(style) : $"{Fill(style)} {Seam}";
            _svg.Append(Culture, $"<rect x=\"{x:0.##}\" y=\"{y - 5:0.##}\" width=\"{Layout.KeyWidth:0.##}\" height=\"10\" {look}/>");
            return;
        }
        if (mark is not Curve { Kind: CurveKind.Points })
            _svg.Append(Culture, $"<path d=\"M{x:0.##} {y:0.##}h{Layout.KeyWidth:0.##}\" {Line(style)}/>");
        if (mark is Curve { Markers: true })
            _svg.Append(Culture, $"<path d=\"{Marker(style, x + (Layout.KeyWidth / 2), y)}\" {Dot(style)}/>");
    }

    /// <summary>Colours of a heat map from its lowest to its highest value.</summary>
    public void ColourBar(double top)
    {
        const int Parts = 40;
        double x = Layout.Margin;
        string low = CellText(_low), high = CellText(_high);
        SvgRenderer.Text(_svg, x, top + 14, low, "start");
        x += TextWidths.Of(low, Layout.TickSize) + 5;
        for (int i = 0; i < Parts; i++)
            _svg.Append(Culture, $"<rect x=\"{x + (i * 3):0.##}\" y=\"{top + 5:0.##}\" width=\"3.2\" height=\"11\" fill=\"{Palette.Heat((i + 0.5) / Parts).Colour}\"/>");
        x += (Parts * 3) + 5;
        SvgRenderer.Text(_svg, x, top + 14, high, "start");
        x += TextWidths.Of(high, Layout.TickSize) + 12;
        SvgRenderer.Text(_svg, x, top + 14, TextWidths.Fit(_cells[0].Name, Layout.LabelSize, Figure.ColumnWidth - x - Layout.Margin), "start", Layout.LabelSize);
    }

    /// <summary>Values of a heat map with the digits that its largest value has: small ones are next to nothing on its scale.</summary>
    private string CellText(double value) => _high > 0 ? Ticks.Short(Math.Round(value, Math.Clamp(2 - Ticks.Decade(_high), 0, 15))) : Ticks.Short(value);

    private const string Seam = "stroke=\"#FFFFFF\" stroke-width=\"0.5\"";

    private static string Colour(IReadOnlyList<(string Light, string Dark)> palette, int style) => palette[style % palette.Count].Light;

    private static string Line(int style)
    {
        string dash = Palette.Dashes[style % Palette.Dashes.Count];
        return string.Create(Culture, $"class=\"l{style % Palette.Lines.Count}\" stroke=\"{Colour(Palette.Lines, style)}\"")
            + (dash.Length > 0 ? $" stroke-dasharray=\"{dash}\"" : "") + " stroke-width=\"1.6\" fill=\"none\" stroke-linejoin=\"round\"";
    }

    private static string Dot(int style) =>
        string.Create(Culture, $"class=\"m l{style % Palette.Lines.Count}\" stroke=\"{Colour(Palette.Lines, style)}\" stroke-width=\"1.3\" fill=\"none\"");

    private static string Fill(int style) =>
        string.Create(Culture, $"class=\"f{style % Palette.Fills.Count}\" fill=\"{Colour(Palette.Fills, style)}\"");

    private static string Pale(int style) =>
        string.Create(Culture, $"class=\"b{style % Palette.Lines.Count}\" fill=\"{Colour(Palette.Lines, style)}\" fill-opacity=\"0.2\"");

    /// <summary>Circle, square, triangle, diamond, cross, plus, inverted triangle, star.</summary>
    private static string Marker(int style, double x, double y)
    {
        double r = Radius, d = 2 * Radius;
        return ((style + (style / Palette.Markers)) % Palette.Markers) switch
        {
            0 => string.Create(Culture, $"M{x - r:0.##} {y:0.##}a{r:0.##} {r:0.##} 0 1 0 {d:0.##} 0a{r:0.##} {r:0.##} 0 1 0 -{d:0.##} 0"),
            1 => string.Create(Culture, $"M{x - r:0.##} {y - r:0.##}h{d:0.##}v{d:0.##}h-{d:0.##}z"),
            2 => string.Create(Culture, $"M{x:0.##} {y - r:0.##}l{r:0.##} {d:0.##}h-{d:0.##}z"),
            3 => string.Create(Culture, $"M{x:0.##} {y - r:0.##}l{r:0.##} {r:0.##}l-{r:0.##} {r:0.##}l-{r:0.##} -{r:0.##}z"),
            4 => string.Create(Culture, $"M{x - r:0.##} {y - r:0.##}l{d:0.##} {d:0.##}m0 -{d:0.##}l-{d:0.##} {d:0.##}"),
            5 => string.Create(Culture, $"M{x - r:0.##} {y:0.##}h{d:0.##}m-{r:0.##} -{r:0.##}v{d:0.##}"),
            6 => string.Create(Culture, $"M{x:0.##} {y + r:0.##}l{r:0.##} -{d:0.##}h-{d:0.##}z"),
            _ => string.Create(Culture, $"M{x - r:0.##} {y:0.##}h{d:0.##}M{x - (r / 2):0.##} {y - r:0.##}l{r:0.##} {d:0.##}m0 -{d:0.##}l-{r:0.##} {d:0.##}"),
        };
    }

    private static string To(double x, double y, bool joined, bool step) => (joined, step) switch
    {
        (false, _) => string.Create(Culture, $"M{x:0.##} {y:0.##}"),
        (true, true) => string.Create(Culture, $"H{x:0.##}V{y:0.##}"),
        _ => string.Create(Culture, $"L{x:0.##} {y:0.##}"),
    };

    private void Draw(Curve curve, PanelFrame frame, int style, int series)
    {
        int[] drawn = [.. Enumerable.Range(0, curve.X.Length).Where(i => Visible(curve.X[i], curve.Y[i], frame))];
        if (drawn.Length == 0)
            return;
        if (curve.Kind != CurveKind.Points)
        {
            StringBuilder path = new();
            double last = double.NaN;
            for (int k = 0; k < drawn.Length; k++)
            {
                double x = frame.PixelX(curve.X[drawn[k]]), y = Math.Round(frame.PixelY(curve.Y[drawn[k]]), 2);
                bool joined = k > 0 && drawn[k] == drawn[k - 1] + 1, goesOn = k + 1 < drawn.Length && drawn[k + 1] == drawn[k] + 1;
                if (curve.Kind == CurveKind.Step && joined && goesOn && y == last)
                    continue;
                path.Append(To(x, y, joined, curve.Kind == CurveKind.Step));
                last = y;
            }
            _svg.Append(Culture, $"<path d=\"{path}\" {Line(style)}/>");
        }
        if (!curve.Markers)
            return;
        int every = curve.Kind == CurveKind.Points || drawn.Length <= MarkersOnEveryPoint ? 1 : Math.Max(1, drawn.Length / MarkersOnLongCurves);
        StringBuilder markers = new();
        for (int k = every == 1 ? 0 : every * (1 + (series % 4)) / 5; k < drawn.Length; k += every)
            markers.Append(Marker(style, frame.PixelX(curve.X[drawn[k]]), frame.PixelY(curve.Y[drawn[k]])));
        _svg.Append(Culture, $"<path d=\"{markers}\" {Dot(style)}/>");
    }

    private void Draw(Band band, PanelFrame frame, int style)
    {
        int[] drawn = [.. Enumerable.Range(0, band.X.Length).Where(i => Visible(band.X[i], band.Low[i], frame) && Visible(band.X[i], band.High[i], frame))];
        if (drawn.Length == 0)
            return;
        StringBuilder path = new();
        double last = double.NaN;
        for (int k = 0; k < drawn.Length; k++)
        {
            double x = frame.PixelX(band.X[drawn[k]]), y = Math.Round(frame.PixelY(band.High[drawn[k]]), 2);
            if (!band.Step || y != last || k == drawn.Length - 1)
                path.Append(To(x, y, k > 0, band.Step));
            last = y;
        }
        for (int k = drawn.Length - 1; k >= 0; k--)
        {
            double x = frame.PixelX(band.X[drawn[k]]), y = Math.Round(frame.PixelY(band.Low[drawn[k]]), 2);
            bool level = k > 0 && y == Math.Round(frame.PixelY(band.Low[drawn[k - 1]]), 2);
            if (!band.Step)
                path.Append(To(x, y, joined: true, step: false));
            else if (!level || k == drawn.Length - 1)
                path.Append(Culture, $"V{y:0.##}H{x:0.##}");
        }
        _svg.Append(Culture, $"<path d=\"{path}z\" {(band.Solid ? Fill(style) : Pale(style))}/>");
    }

    private void Draw(ErrorBars bars, PanelFrame frame, int style)
    {
        StringBuilder path = new();
        for (int i = 0; i < bars.X.Length; i++)
        {
            if (!Visible(bars.X[i], bars.Low[i], frame) || !Visible(bars.X[i], bars.High[i], frame))
                continue;
            double x = frame.PixelX(bars.X[i]);
            path.Append(Culture, $"M{x - 3:0.##} {frame.PixelY(bars.Low[i]):0.##}h6m-3 0V{frame.PixelY(bars.High[i]):0.##}m-3 0h6");
        }
        _svg.Append(Culture, $"<path d=\"{path}\" {Dot(style)}/>");
    }

    private void Draw(Boxes boxes, PanelFrame frame, int style)
    {
        foreach (Box box in boxes.Items)
        {
            if (!AxisRange.Drawable(box.X1, Scale.Linear) || !AxisRange.Drawable(box.Y1, Scale.Linear))
                continue;
            double x0 = frame.PixelX(box.X0), x1 = frame.PixelX(box.X1), y0 = frame.PixelY(box.Y0), y1 = frame.PixelY(box.Y1);
            double width = Math.Abs(x1 - x0), height = Math.Abs(y1 - y0);
            _svg.Append(Culture, $"<rect x=\"{Math.Min(x0, x1):0.##}\" y=\"{Math.Min(y0, y1):0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" {Fill(style)} {Seam}>")
                .Append(Culture, $"<title>{Xml.Escape(box.Tip)}</title></rect>");
            double beside = TextWidths.Of(box.Text, 9) + 4;
            if (boxes.TextBeside && height >= 8 && Math.Max(x0, x1) + beside <= frame.Plot.Right)
            {
                Words.Add(new Rect(Math.Max(x0, x1) + 3, ((y0 + y1) / 2) - 5, beside, 10));
                SvgRenderer.Text(_svg, Math.Max(x0, x1) + 3, ((y0 + y1) / 2) + 3.2, box.Text, "start", 9);
            }
            else if (box.Text.Length > 0 && height >= 9 && TextWidths.Of(box.Text, 9) + 4 <= width)
                Inside(box.Text, (x0 + x1) / 2, ((y0 + y1) / 2) + 3.2, Bright(Colour(Palette.Fills, style)), "on" + (style % Palette.Fills.Count).ToString(Culture));
        }
    }

    private void Draw(Cells cells, PanelFrame frame)
    {
        double width = frame.Plot.Width / Math.Max(1, frame.Panel.X.Categories?.Count ?? 1);
        double height = frame.Plot.Height / Math.Max(1, frame.Panel.Y.Categories?.Count ?? 1);
        for (int row = 0; row < cells.Values.Length; row++)
        {
            for (int column = 0; column < cells.Values[row].Length; column++)
            {
                double value = cells.Values[row][column], x = frame.Plot.X + (column * width), y = frame.Plot.Y + (row * height);
                bool known = AxisRange.Drawable(value, Scale.Linear);
                (string colour, bool bright) = known ? Palette.Heat(_high > _low ? (value - _low) / (_high - _low) : 0.5) : ("#DDDDDD", true);
                string text = known ? CellText(value) : "–";
                _svg.Append(Culture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{colour}\">")
                    .Append(Culture, $"<title>{Xml.Escape($"{frame.Panel.X.Categories?[column]}, {frame.Panel.Y.Categories?[row]}: {text}")}</title></rect>");
                if (height >= 12 && TextWidths.Of(text, 9) + 4 <= width)
                    Inside(text, x + (width / 2), y + (height / 2) + 3.2, bright, "fixed");
            }
        }
    }

    private void Inside(string text, double x, double y, bool onBright, string name)
    {
        double width = TextWidths.Of(text, 9);
        Words.Add(new Rect(x - (width / 2), y - 8.2, width, 10));
        SvgRenderer.Text(_svg, x, y, text, "middle", 9, extra: $" class=\"{name}\" fill=\"{(onBright ? "#111111" : "#FFFFFF")}\"");
    }

    internal static bool Bright(string colour)
    {
        int rgb = int.Parse(colour.AsSpan(1), NumberStyles.HexNumber, Culture);
        return ((299 * (rgb >> 16)) + (587 * ((rgb >> 8) & 0xFF)) + (114 * (rgb & 0xFF))) / 1000 > 120;
    }

    private static bool Visible(double x, double y, PanelFrame frame) => AxisRange.Drawable(x, frame.X.Scale) && AxisRange.Drawable(y, frame.Y.Scale);
}
