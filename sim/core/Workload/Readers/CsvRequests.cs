using System.Text;
using CsvHelper;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Reads every CSV layout of <see cref="CsvSchemas"/>.</summary>
internal static class CsvRequests
{
    private static readonly CsvReaderOptions Strict = new()
    {
        Separator = ',',
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        MissingField = CsvMissingFieldHandling.Throw,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        DetectSeparatorHint = false,
        BufferSize = 1 << 16,
    };

    /// <returns>The layout and the unit of its times.</returns>
    public static (CsvSchema Schema, TimeKind Time) Read(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        string[] header = FirstLineFields(source.Head.Span);
        if (header.Length == 6 && header[3] is "Gamma" or "Weibull" or "")
            throw NotRequests(source.Path, CsvSchemas.All.First(s => s.Id == "SGC"));
        CsvSchema schema = CsvSchemas.Detect(header) ?? throw UnknownHeader(source.Path, header);
        if (schema.Refusal is not null)
            throw NotRequests(source.Path, schema);
        if (schema.Time == TimeKind.None && options.RatePerSecond is null)
            throw new InputException($"{source.Path}: {schema.Title}: no arrival times; give a rate in requests/s (--rate) to draw Poisson arrivals");
        if (schema.Time == TimeKind.SessionSeconds && options.SessionRatePerSecond is null)
            throw SessionClock.Missing(source.Path, schema.Title);
        try
        {
            using CsvReader csv = CsvReader.Create(source.Text, Strict, leaveOpen: true);
            schema = ReadRows(csv, source.Path, schema, options, rows);
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"{source.Path}:{Math.Max(1, e.LineNumber)}: {e.Message.Split('\n')[0].TrimEnd('\r')}", e);
        }
        return (schema, schema.Time);
    }

    private static CsvSchema ReadRows(CsvReader csv, string path, CsvSchema schema, TraceReadOptions options, RequestRows rows)
    {
        csv.ReadHeader();
        int timeField = schema.TimeColumn.Length > 0 ? csv.GetFieldIndex(schema.TimeColumn) : -1;
        int inputField = csv.GetFieldIndex(schema.InputColumn);
        int outputField = csv.GetFieldIndex(schema.OutputColumn);
        int modelField = schema.ModelColumn is not null && csv.TryGetFieldIndex(schema.ModelColumn, out int index) ? index : -1;
        int sessionField = schema.SessionColumn is not null ? csv.GetFieldIndex(schema.SessionColumn) : -1;
        SessionClock? sessions = sessionField >= 0 ? new SessionClock(options) : null;
        bool zoneSeen = false;
        while (!rows.Full && csv.Read())
        {
            RowPlace place = new(path, csv.LineNumber);
            Int128 time = 0;
            if (timeField >= 0)
            {
                ReadOnlySpan<byte> text = csv.GetSpan(timeField);
                bool hasZone = false;
                bool good = schema.Time == TimeKind.WallClock
                    ? TimeText.TryParseTimestamp(text, out time, out hasZone)
                    : TimeText.TryParseDecimal(text, 12, out time);
                zoneSeen |= hasZone;
                if (!good)
                    throw place.Error(schema.Time == TimeKind.WallClock
                        ? $"a time like 2023-11-16 18:15:46.6805900 in column {schema.TimeColumn}"
                        : $"seconds in column {schema.TimeColumn}", CountText.Show(text));
            }
            if (sessions is not null)
                time += sessions.StartOf(csv.GetSpan(sessionField));
            int input = CountText.Parse(csv.GetSpan(inputField), place, schema.InputColumn);
            int output = CountText.Parse(csv.GetSpan(outputField), place, schema.OutputColumn);
            rows.Add(time, input, output, modelField >= 0 ? rows.Models.IndexOf(csv.GetSpan(modelField), place.Line) : -1);
        }
        if (sessions is not null)
            rows.Notes.Add(sessions.Describe());
        if (schema.Note is not null)
            rows.Notes.Add(schema.Note);
        return schema.Id == "AZ23" && zoneSeen ? schema with { Id = "AZ24", Title = "Azure LLM inference trace 2024" } : schema;
    }

    private static InputException NotRequests(string path, CsvSchema schema) =>
        new($"{path}: {schema.Title}: {schema.Refusal}; fit a preset to them or use `ellm trace generate`");

    private static InputException UnknownHeader(string path, string[] header)
    {
        string found = header.Length == 1 ? CountText.Show(Encoding.UTF8.GetBytes(header[0])) : string.Join(',', header);
        if (found.Length > 200)
            found = found[..200] + "…";
        string known = string.Join("; ", CsvSchemas.All.Select(s => $"{s.Id} {s.HeaderText}"));
        return new InputException($"{path}:1: unknown columns: {Printable(found)}. Known: {known}; JSON lines {JsonSchemas.Known}");
    }

    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);

    private static string[] FirstLineFields(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart("\r\n"u8);
        int end = text.IndexOfAny((byte)'\n', (byte)'\r');
        string line = Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
        return [.. line.Split(',').Select(field => field.Trim().Trim('"').Trim())];
    }
}
