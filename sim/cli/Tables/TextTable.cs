using System.Text;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A table of short texts, without characters that a terminal would act on: the first column and those named flush left, all
/// others flush right.</summary>
internal sealed class TextTable(IReadOnlyList<string> headers, params string[] left)
{
    private readonly List<(IReadOnlyList<string> Cells, string? Sentence)> _rows = [];

    public IReadOnlyList<string> Headers => headers;

    /// <summary>A row's sentence is null but for those that <see cref="AddSentence"/> added.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Cells, string? Sentence)> Rows => _rows;

    public void Add(IReadOnlyList<string> cells) => _rows.Add(([.. cells.Select(c => ShownText.Of(c))], null));

    /// <summary>A row whose first cell is followed by words, which no column makes room for.</summary>
    public void AddSentence(string first, string sentence) =>
        _rows.Add(([ShownText.Of(first)], ShownText.Of(sentence)));

    public bool IsLeft(int column) => column == 0 || left.Contains(headers[column], StringComparer.Ordinal);

    /// <summary>In the form that the target wants.</summary>
    public void Write(TextWriter target)
    {
        switch (target)
        {
            case TableWriter { Form: TableForm.Markdown }:
                WriteMarkdown(target);
                break;
            case TableWriter { Form: TableForm.Screen } screen:
                ScreenTable.Write(this, screen);
                break;
            default:
                WritePlain(target);
                break;
        }
    }

    private void WritePlain(TextWriter target)
    {
        int[] widths = [.. headers.Select((h, i) => Math.Max(h.Length, _rows.Where(r => r.Cells.Count > i).Select(r => r.Cells[i].Length).DefaultIfEmpty().Max()))];
        WriteRow(target, headers, widths, null);
        foreach ((IReadOnlyList<string> cells, string? sentence) in _rows)
            WriteRow(target, cells, widths, sentence);
    }

    private void WriteRow(TextWriter target, IReadOnlyList<string> cells, int[] widths, string? sentence)
    {
        StringBuilder line = new();
        for (int i = 0; i < cells.Count; i++)
            line.Append(i == 0 ? "" : "  ").Append(IsLeft(i) ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i]));
        if (sentence is not null)
            line.Append("  ").Append(sentence);
        target.Write(line.ToString().TrimEnd() + "\n");
    }

    private void WriteMarkdown(TextWriter target)
    {
        void Row(IEnumerable<string> cells) => target.Write($"| {string.Join(" | ", cells)} |\n");
        Row(headers.Select(Cell));
        Row(headers.Select((_, i) => IsLeft(i) ? "---" : "---:"));
        foreach ((IReadOnlyList<string> cells, string? sentence) in _rows)
        {
            string[] shown = sentence is null ? [.. cells] : [.. cells, sentence];
            Row(headers.Select((_, i) => i < shown.Length ? Cell(shown[i]) : ""));
        }
        target.Write("\n");
    }

    private static string Cell(string text) => text.Trim().Replace("|", "\\|", StringComparison.Ordinal);
}
