using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ELLM.Sim.Kernels.Measure;

/// <summary>One timed call, as it goes to the file.</summary>
/// <param name="Key">What was timed.</param>
/// <param name="Clock"><c>host</c> or <c>device</c>.</param>
/// <param name="Round">From zero.</param>
/// <param name="Index">Of the point, from zero.</param>
/// <param name="Flags"><c>warmup</c>, <c>cold</c>, <c>load-ended</c>, joined by '+'; empty when nothing was unusual.</param>
/// <param name="Us">Microseconds.</param>
public readonly record struct RawSample(PointKey Key, string Clock, int Round, int Index, string Flags, double Us)
{
    public const string Warmup = "warmup";
    public const string Cold = "cold";

    /// <summary>False for samples that say nothing about the steady state.</summary>
    public bool Counts => !Flags.Contains(Warmup, StringComparison.Ordinal) && !Flags.Contains(Cold, StringComparison.Ordinal);
}

/// <summary>Every sample of a run and what is known about it; text, so that any tool can plot it.</summary>
/// <remarks>Lines <c># key: value</c>, a header line, then one sample a line in the order of measuring. Nothing is left out.</remarks>
public sealed record RawFile(IReadOnlyDictionary<string, string> About, IReadOnlyList<RawSample> Samples)
{
    private const string Title = "# ellm calibration raw 1";
    private const string Columns = "op,condition,item_bytes,items,clock,round,sample,flags,us";

    /// <summary>A value of <see cref="About"/>, or empty.</summary>
    public string this[string key] => About.GetValueOrDefault(key, "");

    public string ToText()
    {
        StringBuilder text = new();
        text.Append(Title).Append('\n');
        foreach ((string key, string value) in About)
            text.Append(CultureInfo.InvariantCulture, $"# {key}: {value.ReplaceLineEndings(" ")}\n");
        text.Append(Columns).Append('\n');
        foreach (RawSample s in Samples)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{s.Key.Op},{s.Key.Condition},{s.Key.ItemBytes},{s.Key.Items},{s.Clock},{s.Round},{s.Index},{s.Flags},{s.Us:R}\n");
        }
        return text.ToString();
    }

    /// <summary>Reads a raw file.</summary>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="InputException">It is not one, or a line of it is wrong.</exception>
    public static RawFile Parse(string source, string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0].TrimEnd('\r') != Title)
            throw InputException.At(source, 1, Title, lines[0].Length > 40 ? lines[0][..40] + "…" : lines[0]);
        Dictionary<string, string> about = [];
        List<RawSample> samples = [];
        bool inRows = false;
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0)
                continue;
            if (inRows)
                samples.Add(Row(source, i + 1, line));
            else if (line.StartsWith("# ", StringComparison.Ordinal) && line.IndexOf(": ", StringComparison.Ordinal) is int colon and > 0)
                about[line[2..colon]] = line[(colon + 2)..];
            else if (line == Columns)
                inRows = true;
            else if (!line.StartsWith('#'))
                throw InputException.At(source, i + 1, Columns, line);
        }
        return samples.Count > 0 ? new RawFile(about, samples) : throw new InputException($"{source}: no samples in it");
    }

    /// <summary>Digest of the text, for the profile.</summary>
    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static RawSample Row(string source, int number, string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != 9)
            throw InputException.At(source, number, "9 columns", $"{cells.Length}");
        CultureInfo plain = CultureInfo.InvariantCulture;
        bool read = long.TryParse(cells[2], NumberStyles.None, plain, out long itemBytes)
            & int.TryParse(cells[3], NumberStyles.None, plain, out int items)
            & int.TryParse(cells[5], NumberStyles.None, plain, out int round)
            & int.TryParse(cells[6], NumberStyles.None, plain, out int index)
            & double.TryParse(cells[8], NumberStyles.Float, plain, out double us);
        if (!read || !double.IsFinite(us))
            throw InputException.At(source, number, "numbers in item_bytes, items, round, sample and us", line);
        return new RawSample(new PointKey(cells[0], cells[1], itemBytes, items), cells[4], round, index, cells[7], us);
    }
}
