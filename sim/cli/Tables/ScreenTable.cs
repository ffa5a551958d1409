using Spectre.Console;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A table on a terminal, through Spectre.Console: columns that do not fit are named below it, verdicts have a colour.</summary>
/// <remarks>The first and the last column stay; of the others the rightmost go first. Two that are still too wide are cut.</remarks>
internal static class ScreenTable
{
    /// <summary>Below it no table of this program says anything.</summary>
    public const int Narrowest = 40;

    private const int Gap = 2;

    private static readonly Dictionary<string, string> Colours = new(StringComparer.Ordinal)
    {
        ["stable"] = "green",
        ["overloaded"] = "red",
        ["unstable"] = "red",
    };

    public static void Write(TextTable table, TableWriter target)
    {
        int width = Math.Max(Narrowest, target.Columns);
        int[] columns = [.. Fitting(table, width)];
        Table drawn = new() { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (int i in columns)
        {
            drawn.AddColumn(new TableColumn(Cell(table.Headers[i], bold: true))
            {
                Alignment = table.IsLeft(i) ? Justify.Left : Justify.Right,
                NoWrap = true,
                Padding = new Padding(0, 0, i == columns[^1] ? 0 : Gap, 0),
            });
        }
        foreach ((IReadOnlyList<string> cells, _) in table.Rows.Where(r => r.Sentence is null))
            drawn.AddRow(columns.Select(i => Cell(i < cells.Count ? cells[i] : "")));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(target),
            Ansi = target.HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = target.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        console.Write(drawn);
        foreach ((IReadOnlyList<string> cells, string? sentence) in table.Rows.Where(r => r.Sentence is not null))
            target.Write($"{cells[0]}  {sentence}\n");
        string[] hidden = [.. table.Headers.Where((h, i) => !columns.Contains(i) && h.Trim().Length > 0)];
        if (hidden.Length > 0)
            target.Write($"no width for: {string.Join(", ", hidden)}\n");
    }

    private static List<int> Fitting(TextTable table, int width)
    {
        int[] widths = [.. table.Headers.Select((header, i) => table.Rows
            .Where(r => r.Sentence is null && r.Cells.Count > i).Select(r => r.Cells[i].Length).Append(header.Length).Max())];
        List<int> columns = [.. Enumerable.Range(0, widths.Length)];
        while (columns.Count > 2 && columns.Sum(i => widths[i] + Gap) - Gap > width)
            columns.RemoveAt(columns.Count - 2);
        return columns;
    }

    private static Text Cell(string text, bool bold = false)
    {
        Style style = bold ? new Style(decoration: Decoration.Bold)
            : Colours.TryGetValue(text, out string? colour) ? Style.Parse(colour) : Style.Plain;
        return new Text(text, style) { Overflow = Overflow.Ellipsis };
    }
}
