using System.Text;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Columns padded with blanks: readable on a terminal, in a log and in a README; no colour, no lines to draw.</summary>
/// <param name="headers">Titles; the first column is aligned left, the others right unless <paramref name="left"/> names them.</param>
internal sealed class TextTable(IReadOnlyList<string> headers, params string[] left)
{
    private readonly List<(IReadOnlyList<string> Cells, string? Sentence)> _rows = [];

    public void Add(IReadOnlyList<string> cells) => _rows.Add((cells, null));

    /// <summary>A row whose first cell is followed by words, which no column makes room for.</summary>
    public void AddSentence(string first, string sentence) => _rows.Add(([first], sentence));

    public void Write(TextWriter target)
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
        {
            bool alignLeft = i == 0 || left.Contains(headers[i], StringComparer.Ordinal);
            line.Append(i == 0 ? "" : "  ").Append(alignLeft ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i]));
        }
        if (sentence is not null)
            line.Append("  ").Append(sentence);
        target.Write(line.ToString().TrimEnd() + "\n");
    }
}
