using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;

namespace ELLM.Sim.Plots.Svg;

/// <summary>Draws marks and their keys. A name has one colour, dash and marker in all panels of a figure.</summary>
internal sealed class SvgMarks(StringBuilder svg, FigureSeries series)
{
    private const double Radius = 2.8;
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public void Draw(Mark mark, PanelFrame frame, LabelPlaces places)
    {
        int place = series.Place(mark), style = series.Style(mark);
        svg.Append(Culture, $"<g data-s=\"{place}\">");
        switch (mark)
        {
            case Curve curve:
                Draw(curve, frame, style, place);
                break;
            case Band band:
                Draw(band, frame, style);
                break;
            case ErrorBars bars:
                Draw(bars, frame, style);
                break;
            case Boxes boxes:
                Draw(boxes, frame, style, places);
                break;
            case Cells cells:
                Draw(cells, frame, places);
                break;
        }
        svg.Append("</g>\n");
    }

    /// <summary>The sample in the legend.</summary>
    public void Swatch(Mark mark, double x, double y)
    {
        int style = series.Style(mark);
        if (mark is Boxes or Band)
        {
            string look = mark is Band { Solid: false } ? Pale(style) : $"{Fill(style)} {Seam}";
            svg.Append(Culture, $"<rect x=\"{x:0.##}\" y=\"{y - 5:0.##}\" width=\"{FigureLayout.KeyWidth:0.##}\" height=\"10\" {look}/>");
            return;
        }
        if (mark is not Curve { Kind: CurveKind.Points })
            svg.Append(Culture, $"<path d=\"M{x:0.##} {y:0.##}h{FigureLayout.KeyWidth:0.##}\" {Line(style)}/>");
        if (mark is Curve { Markers: true })
            svg.Append(Culture, $"<path d=\"{Marker(style, x + (FigureLayout.KeyWidth / 2), y)}\" {Dot(style)}/>");
    }

    /// <summary>Colours of a heat map from its lowest to its highest value.</summary>
    public void ColourBar(double top)
    {
        const int Parts = 40;
        double x = FigureLayout.Margin;
        string low = series.CellText(series.LowestCell), high = series.CellText(series.HighestCell);
        SvgRenderer.Text(svg, x, top + 14, low, "start");
        x += TextWidths.Of(low, FigureLayout.TickSize) + 5;
        for (int i = 0; i < Parts; i++)
            svg.Append(Culture,
                $"<rect x=\"{x + (i * 3):0.##}\" y=\"{top + 5:0.##}\" width=\"3.2\" height=\"11\" "
                    + $"fill=\"{Palette.Heat((i + 0.5) / Parts).Colour}\"/>");
        x += (Parts * 3) + 5;
        SvgRenderer.Text(svg, x, top + 14, high, "start");
        x += TextWidths.Of(high, FigureLayout.TickSize) + 12;
        SvgRenderer.Text(svg, x, top + 14,
            TextWidths.Fit(series.CellName, FigureLayout.LabelSize, Figure.ColumnWidth - x - FigureLayout.Margin), "start",
            FigureLayout.LabelSize);
    }

    private const string Seam = "stroke=\"#FFFFFF\" stroke-width=\"0.5\"";

    private static string Colour(IReadOnlyList<(string Light, string Dark)> palette, int style) => palette[style % palette.Count].Light;

    private static string Line(int style)
    {
        string dash = Palette.Dashes[style % Palette.Dashes.Count];
        return string.Create(Culture, $"class=\"l{style % Palette.Lines.Count}\" stroke=\"{Colour(Palette.Lines, style)}\"")
            + (dash.Length > 0 ? $" stroke-dasharray=\"{dash}\"" : "") + " stroke-width=\"1.6\" fill=\"none\" stroke-linejoin=\"round\"";
    }

    private static string Dot(int style) =>
        string.Create(Culture,
            $"class=\"m l{style % Palette.Lines.Count}\" stroke=\"{Colour(Palette.Lines, style)}\" stroke-width=\"1.3\" fill=\"none\"");

    private static string Fill(int style) =>
        string.Create(Culture, $"class=\"f{style % Palette.Fills.Count}\" fill=\"{Colour(Palette.Fills, style)}\"");

    private static string Pale(int style) =>
        string.Create(Culture, $"class=\"b{style % Palette.Lines.Count}\" fill=\"{Colour(Palette.Lines, style)}\" fill-opacity=\"0.2\"");

    /// <summary>Circle, square, triangle, diamond, cross, plus, inverted triangle, star.</summary>
    private static string Marker(int style, double x, double y)
    {
        double r = Radius, d = 2 * Radius;
        return Palette.Marker(style) switch
        {
            0 => string.Create(Culture, $"M{x - r:0.##} {y:0.##}a{r:0.##} {r:0.##} 0 1 0 {d:0.##} 0a{r:0.##} {r:0.##} 0 1 0 -{d:0.##} 0"),
            1 => string.Create(Culture, $"M{x - r:0.##} {y - r:0.##}h{d:0.##}v{d:0.##}h-{d:0.##}z"),
            2 => string.Create(Culture, $"M{x:0.##} {y - r:0.##}l{r:0.##} {d:0.##}h-{d:0.##}z"),
            3 => string.Create(Culture, $"M{x:0.##} {y - r:0.##}l{r:0.##} {r:0.##}l-{r:0.##} {r:0.##}l-{r:0.##} -{r:0.##}z"),
            4 => string.Create(Culture, $"M{x - r:0.##} {y - r:0.##}l{d:0.##} {d:0.##}m0 -{d:0.##}l-{d:0.##} {d:0.##}"),
            5 => string.Create(Culture, $"M{x - r:0.##} {y:0.##}h{d:0.##}m-{r:0.##} -{r:0.##}v{d:0.##}"),
            6 => string.Create(Culture, $"M{x:0.##} {y + r:0.##}l{r:0.##} -{d:0.##}h-{d:0.##}z"),
            _ => string.Create(Culture,
                $"M{x - r:0.##} {y:0.##}h{d:0.##}M{x - (r / 2):0.##} {y - r:0.##}l{r:0.##} {d:0.##}m0 -{d:0.##}l-{r:0.##} {d:0.##}"),
        };
    }

    private static string To(double x, double y, bool joined, bool step) => (joined, step) switch
    {
        (false, _) => string.Create(Culture, $"M{x:0.##} {y:0.##}"),
        (true, true) => string.Create(Culture, $"H{x:0.##}V{y:0.##}"),
        _ => string.Create(Culture, $"L{x:0.##} {y:0.##}"),
    };

    private void Draw(Curve curve, PanelFrame frame, int style, int place)
    {
        int[] drawn = CurvePoints.Drawn(curve, frame);
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
            svg.Append(Culture, $"<path d=\"{path}\" {Line(style)}/>");
        }
        if (!curve.Markers)
            return;
        StringBuilder markers = new();
        foreach (int i in CurvePoints.Marked(curve, drawn, place))
            markers.Append(Marker(style, frame.PixelX(curve.X[i]), frame.PixelY(curve.Y[i])));
        svg.Append(Culture, $"<path d=\"{markers}\" {Dot(style)}/>");
    }

    private void Draw(Band band, PanelFrame frame, int style)
    {
        int[] drawn = [.. Enumerable.Range(0, band.X.Length)
            .Where(i => frame.Shows(band.X[i], band.Low[i]) && frame.Shows(band.X[i], band.High[i]))];
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
        svg.Append(Culture, $"<path d=\"{path}z\" {(band.Solid ? Fill(style) : Pale(style))}/>");
    }

    private void Draw(ErrorBars bars, PanelFrame frame, int style)
    {
        StringBuilder path = new();
        for (int i = 0; i < bars.X.Length; i++)
        {
            if (!frame.Shows(bars.X[i], bars.Low[i]) || !frame.Shows(bars.X[i], bars.High[i]))
                continue;
            double x = frame.PixelX(bars.X[i]);
            path.Append(Culture, $"M{x - 3:0.##} {frame.PixelY(bars.Low[i]):0.##}h6m-3 0V{frame.PixelY(bars.High[i]):0.##}m-3 0h6");
        }
        svg.Append(Culture, $"<path d=\"{path}\" {Dot(style)}/>");
    }

    private void Draw(Boxes boxes, PanelFrame frame, int style, LabelPlaces places)
    {
        foreach (Box box in boxes.Items)
        {
            if (!AxisRange.Drawable(box.X1, Scale.Linear) || !AxisRange.Drawable(box.Y1, Scale.Linear))
                continue;
            double x0 = frame.PixelX(box.X0), x1 = frame.PixelX(box.X1), y0 = frame.PixelY(box.Y0), y1 = frame.PixelY(box.Y1);
            double width = Math.Abs(x1 - x0), height = Math.Abs(y1 - y0);
            svg.Append(Culture,
                $"<rect x=\"{Math.Min(x0, x1):0.##}\" y=\"{Math.Min(y0, y1):0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" "
                    + $"{Fill(style)} {Seam}>")
                .Append(Culture, $"<title>{Xml.Escape(box.Tip)}</title></rect>");
            if (MarkText.Of(boxes, box, frame) is not { } text)
                continue;
            places.Take(text.Area);
            if (text.Inside)
                Inside(text, Palette.Bright(Colour(Palette.Fills, style)), "on" + (style % Palette.Fills.Count).ToString(Culture));
            else
                SvgRenderer.Text(svg, text.X, text.Y, text.Text, "start", MarkText.Size);
        }
    }

    private void Draw(Cells cells, PanelFrame frame, LabelPlaces places)
    {
        for (int row = 0; row < cells.Values.Length; row++)
        {
            for (int column = 0; column < cells.Values[row].Length; column++)
            {
                Rect cell = frame.Cell(row, column);
                (string colour, bool bright, string text) = series.Cell(cells.Values[row][column]);
                svg.Append(Culture,
                    $"<rect x=\"{cell.X:0.##}\" y=\"{cell.Y:0.##}\" width=\"{cell.Width:0.##}\" height=\"{cell.Height:0.##}\" "
                        + $"fill=\"{colour}\">")
                    .Append(Culture,
                        $"<title>{Xml.Escape($"{frame.Panel.X.Categories?[column]}, {frame.Panel.Y.Categories?[row]}: {text}")}</title></rect>");
                if (MarkText.OfCell(text, cell) is not { } words)
                    continue;
                places.Take(words.Area);
                Inside(words, bright, "fixed");
            }
        }
    }

    private void Inside(MarkText text, bool onBright, string name) =>
        SvgRenderer.Text(svg, text.X, text.Y, text.Text, "middle", MarkText.Size,
            extra: $" class=\"{name}\" fill=\"{(onBright ? "#111111" : "#FFFFFF")}\"");
}
