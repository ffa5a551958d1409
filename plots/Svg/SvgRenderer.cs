using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;

namespace ELLM.Sim.Plots.Svg;

/// <summary>Draws a figure as SVG: the same bytes for the same figure, on any machine and in any culture.</summary>
/// <remarks>
/// Coordinates have at most two decimals. Presentation attributes make the file complete on its own; classes let a page restyle it
/// (<c>paper</c>, <c>ink</c>, <c>soft</c>, <c>lN</c> for lines and <c>fN</c> for fills). Title, description and a table of the data
/// are inside, for readers who do not see it and for scripts.
/// </remarks>
public static class SvgRenderer
{
    public static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A complete document; large figures are thinned first (<see cref="Thinning"/>).</summary>
    public static string Render(Figure figure)
    {
        Figure thin = Thinning.Apply(figure);
        FigureLayout layout = new(thin, FigureAxes.Of(thin));
        string id = Id(figure.Name);
        StringBuilder svg = new(1 << 14);
        svg.Append(Culture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {thin.Width:0.##} {layout.Height:0.##}\" "
                + $"width=\"{thin.Width:0.##}\" height=\"{layout.Height:0.##}\"")
            .Append(Culture, $" class=\"figure\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" data-f=\"{id}\">\n")
            .Append(Culture, $"<title id=\"{id}-t\">{Xml.Escape(thin.Title)}</title>\n")
            .Append(Culture, $"<desc id=\"{id}-d\">{Xml.Escape(DataTable.Describe(figure))}</desc>\n")
            .Append(Culture, $"<metadata>{Xml.Escape(DataTable.Of(thin))}</metadata>\n")
            .Append(Culture, $"<rect class=\"paper\" width=\"{thin.Width:0.##}\" height=\"{layout.Height:0.##}\" fill=\"#FFFFFF\"/>\n")
            .Append(Culture,
                $"<g class=\"ink\" fill=\"#222222\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\" "
                    + $"font-size=\"{FigureLayout.TickSize:0.##}\">\n");
        for (int i = 0; i < layout.Title.Count; i++)
            Text(svg, FigureLayout.Margin, 20 + (17 * i), layout.Title[i], "start", FigureLayout.TitleSize, bold: true);
        SvgMarks marks = new(svg, new FigureSeries(thin));
        foreach (LegendEntry entry in layout.Legend)
            Key(svg, marks, entry);
        if (layout.HasCells)
            marks.ColourBar(layout.LegendTop);
        for (int i = 0; i < layout.Panels.Count; i++)
            new SvgPanel(svg, layout.Panels[i], marks).Draw(i);
        for (int i = 0; i < layout.Notes.Count; i++)
            Text(svg, FigureLayout.Margin, layout.NotesTop + 10 + (13 * i), layout.Notes[i], "start", soft: true);
        return svg.Append("</g>\n</svg>\n").ToString();
    }

    /// <summary>Letters, digits and dashes only.</summary>
    public static string Id(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')) is { Length: > 0 } id ? id : "figure";

    internal static void Text(
        StringBuilder svg, double x, double y, string text, string anchor, double size = FigureLayout.TickSize, bool bold = false,
        bool soft = false, string extra = "")
    {
        if (text.Length == 0)
            return;
        svg.Append(Culture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\"");
        if (anchor != "start")
            svg.Append(Culture, $" text-anchor=\"{anchor}\"");
        if (size != FigureLayout.TickSize)
            svg.Append(Culture, $" font-size=\"{size:0.##}\"");
        if (bold)
            svg.Append(" font-weight=\"bold\"");
        if (soft)
            svg.Append(" class=\"soft\" fill=\"#555555\"");
        svg.Append(extra).Append('>').Append(Xml.Escape(text)).Append("</text>\n");
    }

    private static void Key(StringBuilder svg, SvgMarks marks, LegendEntry entry)
    {
        svg.Append(Culture, $"<g class=\"key\" data-s=\"{entry.Series}\">");
        if (entry.Shown != entry.Name)
            svg.Append(Culture, $"<title>{Xml.Escape(entry.Name)}</title>");
        marks.Swatch(entry.Mark, entry.X, entry.Y - 4);
        Text(svg, entry.X + FigureLayout.KeyWidth + 6, entry.Y, entry.Shown, "start", FigureLayout.LabelSize);
        svg.Append("</g>\n");
    }
}
