using System.Globalization;
using ELLM.Sim.Files;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Tokens of the parts that prompts are made of, from a table beside the trace: <c>component,hash_id,token_length</c>.</summary>
/// <param name="TokensOf">Part -> its tokens.</param>
/// <param name="File">Name of the table.</param>
/// <param name="Sha256">Of its bytes.</param>
internal sealed record PartLengths(IReadOnlyDictionary<long, int> TokensOf, string File, string Sha256)
{
    /// <summary>How the table's name ends.</summary>
    public const string Suffix = "component_lengths.csv";

    private const string Header = "component,hash_id,token_length";

    /// <summary>The first such table in the folder of the trace; null where there is none.</summary>
    public static PartLengths? Beside(string tracePath)
    {
        if (!System.IO.File.Exists(tracePath) || Path.GetDirectoryName(Path.GetFullPath(tracePath)) is not { } folder)
            return null;
        string? path = Directory.EnumerateFiles(folder, $"*{Suffix}*")
            .Where(p => p.EndsWith(Suffix, StringComparison.Ordinal) || p.EndsWith(Suffix + ".gz", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).FirstOrDefault();
        return path is null ? null : FileGuard.Reading(path, () => Read(path));
    }

    private static PartLengths Read(string path)
    {
        using TraceSource source = TraceSource.Open(path);
        using StreamReader text = new(source.Text);
        Dictionary<long, int> tokens = [];
        if (text.ReadLine()?.Trim() is var header && header != Header)
            throw InputException.At(path, 1, Header, ShownText.Of(header ?? "", 80));
        for (long line = 2; text.ReadLine() is { } row; line++)
        {
            if (string.IsNullOrWhiteSpace(row))
                continue;
            string[] fields = row.Split(',');
            CultureInfo invariant = CultureInfo.InvariantCulture;
            bool good = long.TryParse(fields.ElementAtOrDefault(1), NumberStyles.AllowLeadingSign, invariant, out long part)
                & int.TryParse(fields.ElementAtOrDefault(2), NumberStyles.None, invariant, out int length);
            if (!good || !tokens.TryAdd(part, length))
                throw InputException.At(path, line, "an id that has not come before and its tokens", ShownText.Of(row, 80));
        }
        return new PartLengths(tokens, Path.GetFileName(path), source.HashToEnd());
    }
}
