using System.Globalization;
using System.IO.Compression;
using ELLM.Sim.Files;

namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>A small CSV file found by column names, gzip or not. Names are compared in lower case with every separator as one underscore.</summary>
internal sealed class CsvTable
{
    private readonly string[][] _rows;
    private readonly long[] _lines;

    private CsvTable(string path, string[] header, string[][] rows, long[] lines)
    {
        Path = path;
        Header = header;
        Columns = [.. header.Select(Plain)];
        _rows = rows;
        _lines = lines;
    }

    public string Path { get; }

    /// <summary>As written in the file.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>Plain names.</summary>
    public IReadOnlyList<string> Columns { get; }

    public int Rows => _rows.Length;

    public static bool IsCsv(string path) =>
        path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>File name without folder and endings.</summary>
    public static string NameOf(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        int at = name.IndexOf(".csv", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? System.IO.Path.GetFileNameWithoutExtension(name) : name[..at];
    }

    public static string Plain(string name)
    {
        char[] plain = [.. name.Trim().Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_')];
        return string.Join('_', new string(plain).Split('_', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <exception cref="InputException">No such file, no header, a large-file pointer, or a row with another number of fields.</exception>
    public static CsvTable Read(string path, bool headerOnly = false) => FileGuard.Reading(path, () =>
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        return Read(path, stream, headerOnly);
    });

    /// <summary>Index of the first of <paramref name="names"/> that is a column, or -1.</summary>
    public int Find(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            for (int i = 0; i < Columns.Count; i++)
            {
                if (Columns[i] == name)
                    return i;
            }
        }
        return -1;
    }

    public string Text(int row, int column) => _rows[row][column];

    public bool IsEmpty(int row, int column) => _rows[row][column].Length == 0;

    /// <exception cref="InputException">Not a finite number.</exception>
    public double Number(int row, int column)
    {
        if (double.TryParse(_rows[row][column], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
            return value;
        throw Wrong(row, column, "a number");
    }

    /// <exception cref="InputException">Not a whole number that an int holds.</exception>
    public int Whole(int row, int column)
    {
        double value = Number(row, column);
        return value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue ? (int)value : throw Wrong(row, column, "a whole number");
    }

    /// <summary>A time, zero or more.</summary>
    /// <exception cref="InputException">Negative or no number.</exception>
    public double Time(int row, int column)
    {
        double value = Number(row, column);
        return value >= 0 ? value : throw Wrong(row, column, "a time of zero or more");
    }

    public InputException Wrong(int row, int column, string expected) =>
        InputException.At(Path, _lines[row], $"{expected} in column {Header[column]}", $"'{_rows[row][column]}'");

    private static CsvTable Read(string path, Stream text, bool headerOnly)
    {
        string[]? header = null;
        List<string[]> rows = [];
        List<long> lines = [];
        foreach ((int line, string[] cells) in CsvRows.Read(text, path))
        {
            string[] fields = Array.ConvertAll(cells, cell => cell.Trim());
            if (header is null)
            {
                if (fields[0].StartsWith("version https://git-lfs", StringComparison.Ordinal))
                    throw new InputException($"{path}: expected a CSV file, found a Git LFS pointer to one");
                header = fields;
                if (headerOnly)
                    break;
                continue;
            }
            if (fields.Length != header.Length)
                throw InputException.At(path, line, $"{header.Length} fields", $"{fields.Length}");
            rows.Add(fields);
            lines.Add(line);
        }
        return header is null
            ? throw new InputException($"{path}: expected a header line, found an empty file")
            : new CsvTable(path, header, [.. rows], [.. lines]);
    }
}
