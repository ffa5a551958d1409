using System.Globalization;
using System.Text;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>A column of a table of rows.</summary>
/// <param name="Name">In the file; a column <c>NAME_ci95</c> beside it is shown after ±.</param>
/// <param name="Format">Of numbers; null: the text as it is.</param>
internal sealed record RowColumn(string Title, string Name, Func<double, string>? Format = null);

/// <summary>Rows of a result file, every column sortable.</summary>
internal static class RowTable
{
    private const int MostRows = 500;
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <param name="columns">Those that the file does not have are left out.</param>
    public static void Write(StringBuilder html, ResultRows rows, IEnumerable<RowColumn> columns)
    {
        RowColumn[] shown = [.. columns.Where(c => rows.Has(c.Name))];
        html.Append("<h2>Summary</h2>\n<div class=\"scroll\"><table id=\"summary\">\n<thead><tr>");
        foreach (RowColumn column in shown)
            html.Append(Culture,
                $"<th scope=\"col\"{(column.Format is null ? " class=\"word\"" : "")} data-sort>{Xml.Escape(column.Title)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (string[] row in rows.Rows.Take(MostRows))
            html.Append("<tr>").AppendJoin("", shown.Select(c => Cell(rows, row, c))).Append("</tr>\n");
        html.Append("</tbody></table></div>\n");
        if (rows.Rows.Count > MostRows)
            html.Append(Culture,
                $"<p class=\"soft-text\">The first {MostRows} of {rows.Rows.Count:#,0} rows; {Path.GetFileName(rows.File)} has all.</p>\n");
    }

    private static string Cell(ResultRows rows, string[] row, RowColumn column)
    {
        if (column.Format is null)
            return $"<td class=\"word\">{Xml.Escape(rows.Text(row, column.Name))}</td>";
        double value = rows.Number(row, column.Name), half = rows.Number(row, column.Name + "_ci95");
        if (!double.IsFinite(value))
            return "<td data-v=\"\">-</td>";
        string interval = double.IsFinite(half) ? $" ± {column.Format(half)}" : "";
        return string.Create(Culture, $"<td data-v=\"{value:R}\">{column.Format(value)}{interval}</td>");
    }
}
