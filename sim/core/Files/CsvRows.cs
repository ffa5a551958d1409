using CsvHelper;

namespace ELLM.Sim.Files;

/// <summary>Rows of a CSV text as they stand, each with its line: what a table makes of them is its own matter.</summary>
public static class CsvRows
{
    private static readonly CsvReaderOptions Plain = new()
    {
        Separator = ',',
        HasHeader = false,
        FieldCountMismatch = CsvFieldCountHandling.Allow,
        TrackLineNumbers = true,
        DetectSeparatorHint = false,
        SkipEmptyLines = true,
    };

    /// <summary>The header, if there is one, is the first row. Blank lines are left out.</summary>
    /// <param name="text">UTF-8; left open.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">Quotes that do not match.</exception>
    public static IEnumerable<(int Line, string[] Cells)> Read(Stream text, string name)
    {
        using CsvReader csv = CsvReader.Create(text, Plain, leaveOpen: true);
        while (Next(csv, name))
        {
            string[] cells = new string[csv.FieldCount];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = csv.GetString(i);
            if (cells is not [""] && !(cells.Length == 1 && string.IsNullOrWhiteSpace(cells[0])))
                yield return ((int)csv.LineNumber, cells);
        }
    }

    private static bool Next(CsvReader csv, string name)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"{name}:{Math.Max(1, e.LineNumber)}: {e.Message.Split('\n')[0].TrimEnd('\r')}", e);
        }
    }
}
