using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;

namespace ELLM.Sim.Plots.Svg;

/// <summary>Draws one panel: grid, marks, reference lines, words, frame, axes.</summary>
internal sealed class SvgPanel(StringBuilder svg, PanelFrame frame, SvgMarks marks)
{
    private const string Halo = " class=\"halo\" stroke=\"#FFFFFF\" stroke-width=\"3\" paint-order=\"stroke\" stroke-linejoin=\"round\"";
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public void Draw(int index)
    {
        Rect p = frame.Plot;
        svg.Append(Culture, $"<g class=\"panel\" data-p=\"{index}\" data-r=\"{p.X:0.##} {p.Y:0.##} {p.Width:0.##} {p.Height:0.##}\"")
            .Append(Culture,
                $" data-x=\"{Ends(frame.X, frame.Panel.X)}\" "
                    + $"data-y=\"{Ends(frame.Y, frame.Panel.Y)}\"{(frame.Panel.Zoomable ? " data-zoom=\"1\"" : "")}>\n");
        SvgRenderer.Text(svg, frame.TitleLeft, p.Y - 7, frame.Title, "start", FigureLayout.LabelSize, bold: true);
        Grid();
        svg.Append("<g class=\"data\">\n");
        LabelPlaces places = new(frame);
        foreach (Mark mark in frame.Panel.Marks)
            marks.Draw(mark, frame, places);
        svg.Append("</g>\n");
        foreach (Reference reference in frame.References)
        {
            Draw(reference);
            Write(places.Of(reference));
        }
        foreach (Annotation note in frame.Annotations)
            Write(places.Of(note));
        if (frame.IsEmpty)
            SvgRenderer.Text(svg, p.X + (p.Width / 2), p.Y + (p.Height / 2), "no data", "middle", soft: true);
        Axes();
        svg.Append("</g>\n");
    }

    private static string Ends(AxisRange range, Axis axis) =>
        axis.Categories is null
            ? string.Create(Culture, $"{range.Low:G9} {range.High:G9} {(range.Scale == Scale.Log ? "log" : "linear")}")
            : "0 0 category";

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
        svg.Append(Culture,
            $"<path class=\"axis\" d=\"M{p.X:0.##} {p.Y:0.##}V{p.Bottom:0.##}H{p.Right:0.##}\" stroke=\"#555555\" fill=\"none\"/>\n<g "
                + $"class=\"xticks\">\n");
        foreach (PlacedTick tick in frame.XTicks)
            SvgRenderer.Text(svg, tick.TextAt, p.Bottom + 13, tick.Label, "middle");
        svg.Append("</g>\n<g class=\"yticks\">\n");
        foreach (PlacedTick tick in frame.NamedYTicks)
            SvgRenderer.Text(svg, p.X - 5, tick.At + 3.5, tick.Label, "end");
        svg.Append("</g>\n");
        SvgRenderer.Text(svg, frame.XLabelMiddle, frame.XLabelBase, frame.XLabel, "middle", FigureLayout.LabelSize);
        double x = frame.Left + 9, y = p.Y + (p.Height / 2);
        if (frame.YLabel.Length > 0)
            SvgRenderer.Text(svg, x, y, frame.YLabel, "middle", FigureLayout.LabelSize,
                extra: string.Create(Culture, $" transform=\"rotate(-90 {x:0.##} {y:0.##})\""));
    }

    private void Draw(Reference reference)
    {
        Rect p = frame.Plot;
        double at = reference.Vertical ? frame.PixelX(reference.Value) : frame.PixelY(reference.Value);
        string path = reference.Vertical
            ? string.Create(Culture, $"M{at:0.##} {p.Y:0.##}V{p.Bottom:0.##}")
            : string.Create(Culture, $"M{p.X:0.##} {at:0.##}H{p.Right:0.##}");
        svg.Append(Culture,
            $"<path class=\"reference{(reference.Vertical ? " xr" : "")}\" data-v=\"{reference.Value:G9}\" d=\"{path}\" "
                + $"stroke=\"#555555\" stroke-dasharray=\"5 3\" fill=\"none\"/>\n");
    }

    private void Write(PlacedLabel? label)
    {
        if (label is { } placed)
            SvgRenderer.Text(svg, placed.Area.X, placed.Area.Y + 9, placed.Text, "start", extra: Halo);
    }
}
