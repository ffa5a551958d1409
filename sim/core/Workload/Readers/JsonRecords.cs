using System.Text.Json;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The JSON objects of a text: one a line, one document over several lines, or the elements of one array.</summary>
/// <remarks>Lines stream and may be of any length; an array or a document over several lines is held in memory.</remarks>
internal static class JsonRecords
{
    public delegate bool Visitor(ReadOnlyMemory<byte> json, RowPlace place);

    /// <summary>Calls <paramref name="visit"/> for each object until it says false.</summary>
    public static void Visit(TraceSource source, Visitor visit)
    {
        Utf8Lines lines = new(source.Text);
        bool first = true;
        while (lines.Read(out ReadOnlyMemory<byte> line))
        {
            if (line.Span.Trim(" \t"u8).IsEmpty)
                continue;
            line = Finite(line);
            if (first && (line.Span.TrimStart(" \t"u8)[0] == '[' || !IsComplete(line.Span)))
            {
                VisitDocument(source.Path, lines.LineNumber, lines.RestFrom(line), visit);
                return;
            }
            first = false;
            if (!visit(line, new RowPlace(source.Path, lines.LineNumber)))
                return;
        }
    }

    /// <summary>A parser's complaint as our own: what and where, and whether the text just stops.</summary>
    public static InputException Broken(string path, long line, JsonException e)
    {
        bool cut = e.Message.Contains("end of data", StringComparison.Ordinal) || e.Message.Contains("depth", StringComparison.Ordinal)
            || e.Message.Contains("incomplete", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("end of string", StringComparison.Ordinal);
        string why = e.Message.Split('\n')[0].TrimEnd('\r');
        int detail = why.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (detail > 0)
            why = why[..detail];
        return new InputException(cut
            ? $"{path}:{line}: the JSON stops in the middle; is the file cut off? ({why})"
            : $"{path}:{line}: not valid JSON: {why}", e);
    }

    /// <summary>Python writes an infinite rate as <c>Infinity</c>, which no JSON has: a number beyond all, in as many bytes.</summary>
    private static ReadOnlyMemory<byte> Finite(ReadOnlyMemory<byte> line)
    {
        ReadOnlySpan<byte> infinity = ": Infinity"u8;
        if (line.Span.IndexOf(infinity) < 0)
            return line;
        byte[] copy = line.ToArray();
        for (int at = copy.AsSpan().IndexOf(infinity); at >= 0; at = copy.AsSpan().IndexOf(infinity))
            ": 1e999   "u8.CopyTo(copy.AsSpan(at));
        return copy;
    }

    private static bool IsComplete(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line, isFinalBlock: false, default);
        try
        {
            return reader.Read() && reader.TrySkip();
        }
        catch (JsonException)
        {
            // Complete enough for the schema's reader to complain about with its line.
            return true;
        }
    }

    private static void VisitDocument(string path, long firstLine, ReadOnlyMemory<byte> text, Visitor visit)
    {
        JsonReaderOptions several = new() { AllowMultipleValues = true };
        List<(long Start, long End)> objects = [];
        try
        {
            Utf8JsonReader reader = new(text.Span, several);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    continue;
                long start = reader.TokenStartIndex;
                reader.Skip();
                objects.Add((start, reader.BytesConsumed));
            }
        }
        catch (JsonException e)
        {
            throw Broken(path, firstLine + (e.LineNumber ?? 0), e);
        }
        long line = firstLine;
        int counted = 0;
        foreach ((long start, long end) in objects)
        {
            line += text.Span[counted..(int)start].Count((byte)'\n');
            counted = (int)start;
            if (!visit(text[(int)start..(int)end], new RowPlace(path, line)))
                return;
        }
    }
}
