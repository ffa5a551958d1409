using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;
using ScottPlot;
using SkiaSharp;
using Box = ELLM.Sim.Plots.Charts.Box;
using Palette = ELLM.Sim.Plots.Charts.Palette;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>A canvas in units of the figure: panels through ScottPlot, and the words around and on them.</summary>
internal sealed class PictureSheet(SKCanvas canvas, PictureTheme theme, FigureSeries series)
{
    /// <summary>Units around a plot's data that its axes draw into.</summary>
    private const double Right = 8, Bottom = 18, Top = 3;

    private const float HaloWidth = 3;

    public void Draw(FigureLayout layout)
    {
        for (int i = 0; i < layout.Title.Count; i++)
            Text(layout.Title[i], FigureLayout.Margin, 20 + (17 * i), FigureLayout.TitleSize, bold: true);
        foreach (LegendEntry entry in layout.Legend)
            Key(entry);
        if (layout.HasCells)
            ColourBar(layout.LegendTop);
        foreach (PanelFrame frame in layout.Panels)
            Draw(frame);
        for (int i = 0; i < layout.Notes.Count; i++)
            Text(layout.Notes[i], FigureLayout.Margin, layout.NotesTop + 10 + (13 * i), colour: theme.Soft);
    }

    private void Draw(PanelFrame frame)
    {
        Rect p = frame.Plot;
        using (Plot plot = PanelPlot.Of(frame, series, theme))
        {
            double left = p.X - frame.Left;
            plot.RenderManager.ClearCanvasBeforeEachRender = false;
            plot.Layout.Fixed(new PixelPadding((float)left, (float)Right, (float)Bottom, (float)Top));
            plot.Render(canvas, new PixelRect((float)frame.Left, (float)(p.Right + Right), (float)(p.Bottom + Bottom), (float)(p.Y - Top)));
        }
        Words(frame);
        Text(frame.Title, frame.TitleLeft, p.Y - 7, FigureLayout.LabelSize, bold: true);
        Text(frame.XLabel, frame.XLabelMiddle, frame.XLabelBase, FigureLayout.LabelSize, SKTextAlign.Center);
        if (frame.IsEmpty)
            Text("no data", p.X + (p.Width / 2), p.Y + (p.Height / 2), align: SKTextAlign.Center, colour: theme.Soft);
        if (frame.YLabel.Length == 0)
            return;
        canvas.Save();
        canvas.Translate((float)frame.Left + 9, (float)(p.Y + (p.Height / 2)));
        canvas.RotateDegrees(-90);
        Text(frame.YLabel, 0, 0, FigureLayout.LabelSize, SKTextAlign.Center);
        canvas.Restore();
    }

    private void Words(PanelFrame frame)
    {
        LabelPlaces places = new(frame);
        foreach (Mark mark in frame.Panel.Marks)
        {
            if (mark is Boxes boxes)
            {
                foreach (Box box in boxes.Items.Where(
                    b => AxisRange.Drawable(b.X1, Scale.Linear) && AxisRange.Drawable(b.Y1, Scale.Linear)))
                    Write(MarkText.Of(boxes, box, frame), theme.OnFill(series.Style(mark)), places);
            }
            else if (mark is Cells cells)
            {
                for (int row = 0; row < cells.Values.Length; row++)
                {
                    for (int column = 0; column < cells.Values[row].Length; column++)
                    {
                        (_, bool bright, string text) = series.Cell(cells.Values[row][column]);
                        Write(MarkText.OfCell(text, frame.Cell(row, column)), PictureTheme.On(bright), places);
                    }
                }
            }
        }
        foreach (PlacedLabel? label in frame.References.Select(places.Of).Concat(frame.Annotations.Select(places.Of)))
        {
            if (label is { } placed)
                Text(placed.Text, placed.Area.X, placed.Area.Y + 9, halo: true);
        }
    }

    private void Write(MarkText? text, Color inside, LabelPlaces places)
    {
        if (text is not { } words)
            return;
        places.Take(words.Area);
        Text(words.Text, words.X, words.Y, MarkText.Size, words.Inside ? SKTextAlign.Center : SKTextAlign.Left,
            words.Inside ? inside : theme.Ink);
    }

    private void Key(LegendEntry entry)
    {
        int style = series.Style(entry.Mark);
        float x = (float)entry.X, y = (float)entry.Y - 4, width = (float)FigureLayout.KeyWidth;
        using Paint paint = Paint.NewDisposablePaint();
        if (entry.Mark is Boxes or Band)
        {
            Color fill = entry.Mark is Band { Solid: false } ? theme.Line(style).WithAlpha(0.2) : theme.Fill(style);
            new FillStyle(fill).Render(canvas, new PixelRect(x, x + width, y + 5, y - 5), paint);
        }
        else
        {
            if (entry.Mark is not Curve { Kind: CurveKind.Points })
                new LineStyle(Strokes.LineWidth, theme.Line(style), Strokes.Dash(style)).Render(canvas, new PixelLine(x, y, x + width, y),
                    paint);
            if (entry.Mark is Curve { Markers: true })
                new MarkerStyle(Strokes.Marker(style), Strokes.MarkerSize, theme.Line(style)) { LineWidth = Strokes.MarkerWidth }
                    .Render(canvas, new Pixel(x + (width / 2), y), paint);
        }
        Text(entry.Shown, entry.X + FigureLayout.KeyWidth + 6, entry.Y, FigureLayout.LabelSize);
    }

    /// <summary>Colours of a heat map from its lowest to its highest value.</summary>
    private void ColourBar(double top)
    {
        const int Parts = 40;
        double x = FigureLayout.Margin;
        string low = series.CellText(series.LowestCell), high = series.CellText(series.HighestCell);
        Text(low, x, top + 14);
        x += TextWidths.Of(low, FigureLayout.TickSize) + 5;
        using Paint paint = Paint.NewDisposablePaint();
        for (int i = 0; i < Parts; i++)
        {
            float left = (float)x + (i * 3);
            Color colour = Color.FromHex(Palette.Heat((i + 0.5) / Parts).Colour);
            new FillStyle(colour).Render(canvas, new PixelRect(left, left + 3.2f, (float)top + 16, (float)top + 5), paint);
        }
        x += (Parts * 3) + 5;
        Text(high, x, top + 14);
        Text(series.CellName, x + TextWidths.Of(high, FigureLayout.TickSize) + 12, top + 14, FigureLayout.LabelSize);
    }

    /// <summary>Words on a base line.</summary>
    private void Text(
        string text, double x, double y, double size = FigureLayout.TickSize, SKTextAlign align = SKTextAlign.Left,
        Color? colour = null, bool bold = false, bool halo = false)
    {
        using SKFont font = new(Fonts.GetTypeface(BundledFont.Family, bold, italic: false), (float)size)
        {
            Edging = SKFontEdging.Antialias,
            Subpixel = true,
            Hinting = SKFontHinting.None,
        };
        using SKPaint paint = new() { IsAntialias = true, Color = (colour ?? theme.Ink).ToSKColor() };
        if (halo)
        {
            using SKPaint around = new()
            {
                IsAntialias = true,
                Color = theme.Paper.ToSKColor(),
                Style = SKPaintStyle.Stroke,
                StrokeWidth = HaloWidth,
                StrokeJoin = SKStrokeJoin.Round,
            };
            canvas.DrawText(text, (float)x, (float)y, align, font, around);
        }
        canvas.DrawText(text, (float)x, (float)y, align, font, paint);
    }
}
