using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>What a report shows, from top to bottom.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Head">Writes what was run, what came out, and the table.</param>
/// <param name="Figures">Pictures, in order.</param>
/// <param name="Notes">One line for each thing that is missing.</param>
/// <param name="Origin">Writes where the results come from; its argument is the command line that made them, if it is known.</param>
internal sealed record ReportContent(
    string Title, Action<StringBuilder> Head, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes,
    Action<StringBuilder, string?> Origin);

/// <summary>One self-contained page: no request leaves it, and all of it can be read without JavaScript.</summary>
internal static class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Render(ReportContent content, string? command)
    {
        StringBuilder html = new(1 << 18);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append(Culture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append(Culture,
                $"<title>{Xml.Escape(content.Title)}</title>\n<style>\n{Resource("report.css")}{Theme.Rules()}</style>\n</head>\n<body>\n<main>\n")
            .Append(Culture,
                $"<header><h1>{Xml.Escape(content.Title)}</h1><button id=\"theme\" class=\"needs-js\" type=\"button\">Light / "
                    + $"dark</button></header>\n");
        content.Head(html);
        WriteFigures(html, content.Figures);
        foreach (string note in content.Notes)
            html.Append(Culture, $"<p class=\"soft-text\">{Xml.Escape(note)}</p>\n");
        content.Origin(html, command);
        html.Append("</main>\n<script>\n").Append(Resource("report.js")).Append("</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void WriteFigures(StringBuilder html, IReadOnlyList<Figure> figures)
    {
        if (figures.Count == 0)
            return;
        html.Append(
            "<h2>Figures</h2>\n<p class=\"soft-text needs-js\">Hover for values; click a legend entry to hide a series; drag across a "
                + "timeline to zoom, double-click to see all of it again.</p>\n<div class=\"cards\">\n");
        foreach (Figure figure in figures)
        {
            string wide = figure.Width > Figure.ColumnWidth ? " wide" : "";
            html.Append(Culture,
                $"<figure class=\"card{wide}\" id=\"{SvgRenderer.Id(figure.Name)}\">\n{SvgRenderer.Render(figure)}</figure>\n");
        }
        html.Append("</div>\n");
    }

    private static string Resource(string name)
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"resource {name} is not in the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>Text of a JSON value for a cell.</summary>
    internal static string Plain(JsonNode? node) => node is null ? "null" : node.ToString();
}
