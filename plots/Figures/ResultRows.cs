using System.Globalization;
using CsvHelper;
using ELLM.Sim.Files;

namespace ELLM.Sim.Plots.Figures;

/// <summary>A result file with names in it: a row a group of a sweep, a rate, a policy or a deployment.</summary>
public sealed class ResultRows
{
    private static readonly CsvReaderOptions Strict = new()
    {
        Separator = ',',
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        DetectSeparatorHint = false,
    };

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private ResultRows(string file, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows)
    {
        (File, Columns, Rows) = (file, columns, rows);
        for (int i = 0; i < columns.Count; i++)
            _places.TryAdd(columns[i], i);
    }

    public string File { get; }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<string[]> Rows { get; }

    /// <exception cref="InputException">It cannot be read, or a row is not like the header.</exception>
    public static ResultRows Load(string file)
    {
        try
        {
            using FileStream stream = FileGuard.Reading(file, () => System.IO.File.OpenRead(file));
            if (stream.Length == 0)
                throw InputException.At(file, 1, "a header", "nothing");
            using CsvReader csv = CsvReader.Create(stream, Strict);
            csv.ReadHeader();
            string[] columns = [.. csv.Headers];
            List<string[]> rows = [];
            while (csv.Read())
                rows.Add([.. Enumerable.Range(0, columns.Length).Select(i => csv.GetString(i))]);
            return new ResultRows(file, columns, rows);
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"{file}:{Math.Max(1, e.LineNumber)}: {e.Message.Split('\n')[0].TrimEnd('\r')}", e);
        }
    }

    public bool Has(string column) => _places.ContainsKey(column);

    /// <summary>The cell; empty when there is no such column.</summary>
    public string Text(string[] row, string column) => _places.TryGetValue(column, out int place) ? row[place] : "";

    /// <summary>NaN for an empty cell, a word, or when there is no such column.</summary>
    public double Number(string[] row, string column) =>
        double.TryParse(Text(row, column), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    /// <exception cref="InputException">The column is not there.</exception>
    public void Require(string column, string writer)
    {
        if (!Has(column))
            throw InputException.At(File, 1, $"a column {column}, as 'ellm {writer}' writes it",
                Columns.Count == 0 ? "an empty header" : $"{Columns.Count} others");
    }
}
