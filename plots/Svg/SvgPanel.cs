using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Svg;

/// <summary>Draws one panel: grid, marks, reference lines, words, frame, axes.</summary>
internal sealed class SvgPanel(StringBuilder svg, PanelFrame frame, SvgMarks marks)
{
    private const double RowHeight = 12;
    private const int WordsRows = 12;
    private const string Halo = " class=\"halo\" stroke=\"#FFFFFF\" stroke-width=\"3\" paint-order=\"stroke\" stroke-linejoin=\"round\"";
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private readonly List<Rect> _taken = [];
    private IReadOnlyList<CurvePixels.Segment>? _pixels;

    public void Draw(int index)
    {
        Rect p = frame.Plot;
        svg.Append(Culture, $"<g class=\"panel\" data-p=\"{index}\" data-r=\"{p.X:0.##} {p.Y:0.##} {p.Width:0.##} {p.Height:0.##}\"")
            .Append(Culture, $" data-x=\"{Ends(frame.X, frame.Panel.X)}\" data-y=\"{Ends(frame.Y, frame.Panel.Y)}\"{(frame.Panel.Zoomable ? " data-zoom=\"1\"" : "")}>\n");
        double room = p.Right - frame.Left;
        if (frame.Panel.Title.Length > 0)
        {
            string title = TextWidths.Fit(frame.Panel.Title, Layout.LabelSize, room, bold: true);
            double width = TextWidths.Of(title, Layout.LabelSize, bold: true);
            SvgRenderer.Text(svg, Math.Min(p.X, p.Right - width), p.Y - 7, title, "start", Layout.LabelSize, bold: true);
        }
        Grid();
        svg.Append("<g class=\"data\">\n");
        marks.Words.Clear();
        foreach (Mark mark in frame.Panel.Marks)
            marks.Draw(mark, frame);
        _taken.AddRange(marks.Words);
        svg.Append("</g>\n");
        foreach (Reference reference in frame.Panel.References.Where(r => AxisRange.Drawable(r.Value, r.Vertical ? frame.X.Scale : frame.Y.Scale)))
            Draw(reference);
        foreach (Annotation note in frame.Panel.Annotations.Where(a => AxisRange.Drawable(a.X, frame.X.Scale) && AxisRange.Drawable(a.Y, frame.Y.Scale)))
            Place(note.Text, [(frame.PixelX(note.X), frame.PixelY(note.Y))], WordsRows);
        if (!frame.Panel.Marks.Any(m => m is Cells or Curve { X.Length: > 0 } or Band { X.Length: > 0 } or Boxes { Items.Count: > 0 } or ErrorBars { X.Length: > 0 }))
            SvgRenderer.Text(svg, p.X + (p.Width / 2), p.Y + (p.Height / 2), "no data", "middle", soft: true);
        Axes();
        svg.Append("</g>\n");
    }

    private static string Ends(AxisRange range, Axis axis) =>
        axis.Categories is null ? string.Create(Culture, $"{range.Low:G9} {range.High:G9} {(range.Scale == Scale.Log ? "log" : "linear")}") : "0 0 category";

    private void Grid()
    {
        Rect p = frame.Plot;
        StringBuilder path = new();
        if (frame.Panel.Y.Categories is null)
        {
            foreach (PlacedTick tick in frame.YTicks)
                path.Append(Culture, $"M{p.X:0.##} {tick.At:0.##}H{p.Right:0.##}");
        }
        svg.Append(Culture, $"<path class=\"grid\" d=\"{path}\" stroke=\"#E4E4E4\" fill=\"none\"/>\n");
        path.Clear();
        if (frame.Panel.X.Categories is null)
        {
            foreach (PlacedTick tick in frame.XTicks)
                path.Append(Culture, $"M{tick.At:0.##} {p.Y:0.##}V{p.Bottom:0.##}");
        }
        svg.Append(Culture, $"<path class=\"grid xt\" d=\"{path}\" stroke=\"#E4E4E4\" fill=\"none\"/>\n");
    }

    private void Axes()
    {
        Rect p = frame.Plot;
        svg.Append(Culture, $"<path class=\"axis\" d=\"M{p.X:0.##} {p.Y:0.##}V{p.Bottom:0.##}H{p.Right:0.##}\" stroke=\"#555555\" fill=\"none\"/>\n<g class=\"xticks\">\n");
        foreach (PlacedTick tick in frame.XTicks)
            SvgRenderer.Text(svg, tick.TextAt, p.Bottom + 13, tick.Label, "middle");
        svg.Append("</g>\n<g class=\"yticks\">\n");
        foreach (PlacedTick tick in YTicksWithRoom())
            SvgRenderer.Text(svg, p.X - 5, tick.At + 3.5, tick.Label, "end");
        svg.Append("</g>\n");
        bool ticks = frame.XTicks.Any(t => t.Label.Length > 0);
        double middle = Math.Max(p.X + (p.Width / 2), frame.Left + (TextWidths.Of(frame.XLabel, Layout.LabelSize) / 2));
        SvgRenderer.Text(svg, middle, p.Bottom + (ticks ? 28 : 14), frame.XLabel, "middle", Layout.LabelSize);
        double x = frame.Left + 9, y = p.Y + (p.Height / 2);
        if (frame.YLabel.Length > 0)
            SvgRenderer.Text(svg, x, y, frame.YLabel, "middle", Layout.LabelSize, extra: string.Create(Culture, $" transform=\"rotate(-90 {x:0.##} {y:0.##})\""));
    }

    /// <summary>Categories may be closer than a line of text: then only every n-th is named.</summary>
    private IEnumerable<PlacedTick> YTicksWithRoom()
    {
        double step = frame.YTicks.Count < 2 ? double.PositiveInfinity : Math.Abs(frame.YTicks[1].At - frame.YTicks[0].At);
        int stride = step >= RowHeight ? 1 : (int)Math.Ceiling(RowHeight / Math.Max(step, 0.01));
        return frame.YTicks.Where((_, i) => i % stride == 0);
    }

    private void Draw(Reference reference)
    {
        Rect p = frame.Plot;
        double at = reference.Vertical ? frame.PixelX(reference.Value) : frame.PixelY(reference.Value);
        string path = reference.Vertical
            ? string.Create(Culture, $"M{at:0.##} {p.Y:0.##}V{p.Bottom:0.##}")
            : string.Create(Culture, $"M{p.X:0.##} {at:0.##}H{p.Right:0.##}");
        svg.Append(Culture, $"<path class=\"reference{(reference.Vertical ? " xr" : "")}\" data-v=\"{reference.Value:G9}\" d=\"{path}\" stroke=\"#555555\" stroke-dasharray=\"5 3\" fill=\"none\"/>\n");
        if (reference.Vertical)
            Place(reference.Label, [(at, p.Y + 14)], (int)(p.Height / RowHeight));
        else
            Place(reference.Label, [(p.Right - 4, at), (p.X, at), (p.X + (p.Width * 0.5), at), (p.X + (p.Width * 0.75), at), (p.X + (p.Width * 0.25), at)], 2);
    }

    /// <summary>Writes words near one of some points where no other words are, over as little of the curves as can be; cut to the panel's width.</summary>
    /// <param name="rows">How many lines of text above and below the points are tried.</param>
    private void Place(string words, ReadOnlySpan<(double X, double Y)> anchors, int rows)
    {
        Rect p = frame.Plot;
        string text = TextWidths.Fit(words, Layout.TickSize, p.Width - 8);
        double width = TextWidths.Of(text, Layout.TickSize);
        (Rect Box, int Hidden)? best = null;
        for (int row = 0; row < rows && best is not { Hidden: 0 }; row++)
        {
            foreach ((double x, double y) in anchors)
            {
                foreach ((int side, int up) in (ReadOnlySpan<(int, int)>)[(1, -1), (1, 1), (-1, -1), (-1, 1)])
                {
                    double left = Math.Clamp(side > 0 ? x + 4 : x - 4 - width, p.X + 2, Math.Max(p.X + 2, p.Right - 2 - width));
                    Rect box = new(left, y + (up < 0 ? -13 - (row * RowHeight) : 2 + (row * RowHeight)), width, RowHeight);
                    if (box.Y < p.Y || box.Bottom > p.Bottom || _taken.Any(t => t.X < box.Right && box.X < t.Right && t.Y < box.Bottom && box.Y < t.Bottom))
                        continue;
                    int hidden = CurvePixels.Crossing(Pixels, new Rect(box.X - 4, box.Y - 3, box.Width + 8, box.Height + 6));
                    if (best is null || hidden < best.Value.Hidden)
                        best = (box, hidden);
                }
            }
        }
        if (best is not { } place)
            return;
        _taken.Add(place.Box);
        SvgRenderer.Text(svg, place.Box.X, place.Box.Y + 9, text, "start", extra: Halo);
    }

    private IReadOnlyList<CurvePixels.Segment> Pixels => _pixels ??= CurvePixels.Of(frame);
}
