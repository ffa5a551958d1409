using System.Globalization;
using System.IO.Compression;
using ELLM.Sim.Files;

namespace ELLM.Sim.Timing.Tables;

/// <summary>One measured CSV in memory: named columns, every cell with the line it came from. Gzip is unpacked on the way.</summary>
/// <remarks>Faults are one line with file and line: no file, a Git LFS pointer, no header, a missing column, a cell that is no number.</remarks>
public sealed class MeasuredCsv
{
    private const string LfsMark = "version https://git-lfs.github.com/spec/";

    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private readonly List<string[]> _rows = [];
    private readonly List<int> _lines = [];

    private MeasuredCsv(string path) => Path = path;

    /// <summary>As it stands in messages.</summary>
    public string Path { get; }

    public int Count => _rows.Count;

    public IEnumerable<string> Columns => _columns.Keys;

    /// <summary>The file of that name in a folder, as it is or with <c>.gz</c>; null when there is neither.</summary>
    public static string? Find(string folder, string name)
    {
        string plain = System.IO.Path.Combine(folder, name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    /// <exception cref="InputException">The file cannot be read as a table.</exception>
    public static MeasuredCsv Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such table");
        return FileGuard.Reading(path, () =>
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        });
    }

    /// <summary>From any stream; <paramref name="name"/> stands for the path in messages.</summary>
    public static MeasuredCsv Read(Stream stream, string name)
    {
        byte[] head = new byte[2];
        int got = stream.ReadAtLeast(head, 2, throwOnEndOfStream: false);
        using Stream joined = new PrefixedStream(head.AsMemory(0, got), stream);
        using Stream plain = got == 2 && head[0] == 0x1F && head[1] == 0x8B ? new GZipStream(joined, CompressionMode.Decompress) : joined;
        MeasuredCsv csv = new(name);
        int titles = -1;
        foreach ((int line, string[] cells) in CsvRows.Read(plain, name))
        {
            if (titles < 0)
            {
                if (cells[0].StartsWith(LfsMark, StringComparison.Ordinal))
                    throw new InputException($"{name}: is a Git LFS pointer, not the table it stands for: fetch it with 'git lfs pull'");
                titles = cells.Length;
                for (int i = 0; i < cells.Length; i++)
                    csv._columns.TryAdd(cells[i].Trim(), i);
                continue;
            }
            if (cells.Length != titles)
                throw InputException.At(name, line, $"{titles} cells as in the header", $"{cells.Length}");
            csv._rows.Add(cells);
            csv._lines.Add(line);
        }
        if (titles < 0)
            throw InputException.At(name, 1, "a header line", "an empty file");
        return csv.Count > 0 ? csv : throw InputException.At(name, 2, "rows of measurements", "none");
    }

    public bool Has(string column) => _columns.ContainsKey(column);

    public int Line(int row) => _lines[row];

    public string Text(int row, string column) => _rows[row][Index(column)];

    /// <summary>An empty cell or NaN is no number.</summary>
    public double Number(int row, string column)
    {
        string cell = Text(row, column);
        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw InputException.At(Path, Line(row), $"a number in {column}", cell.Length == 0 ? "an empty cell" : $"'{cell}'");
    }

    /// <summary>A count of tokens, bytes, GPUs: a whole number of at least <paramref name="least"/>, written as one or as 1.0.</summary>
    public long Whole(int row, string column, long least = 0)
    {
        double value = Number(row, column);
        return value >= least && value < 1e15 && Math.Floor(value) == value
            ? (long)value
            : throw InputException.At(Path, Line(row), $"a whole number of at least {least} in {column}", $"'{Text(row, column)}'");
    }

    /// <summary>A duration: finite and above zero.</summary>
    /// <param name="unitUs">Microseconds in the column's unit.</param>
    public double Us(int row, string column, double unitUs)
    {
        string cell = Text(row, column);
        bool read = double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return read && double.IsFinite(value) && value > 0
            ? value * unitUs
            : throw InputException.At(Path, Line(row), $"a time above zero in {column}", cell.Length == 0 ? "an empty cell" : $"'{cell}'");
    }

    /// <summary>Refuses a table without one of these columns; the message names the operator it belongs to.</summary>
    public void Require(params ReadOnlySpan<string> columns)
    {
        foreach (string column in columns)
        {
            if (!Has(column))
                throw new InputException($"{Path}: missing operator or column {column}; the table has {string.Join(", ", Shown())}");
        }
    }

    private IEnumerable<string> Shown()
    {
        string[] names = [.. _columns.Keys.Where(name => name.Length > 0)];
        return names.Length <= 12 ? names : names.Where(name => !name.StartsWith("time_stats.", StringComparison.Ordinal) || name.EndsWith(".median", StringComparison.Ordinal));
    }

    private int Index(string column) =>
        _columns.TryGetValue(column, out int at) ? at : throw new InputException($"{Path}: missing operator or column {column}");
}
