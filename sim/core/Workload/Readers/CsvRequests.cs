using System.Text;
using CsvHelper;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Reads every CSV layout of <see cref="CsvSchemas"/>.</summary>
internal static class CsvRequests
{
    // The separator is the one of the header line that separates most, or the one that a line sep=; before it names.
    private static readonly char[] Separators = [',', ';', '\t', '|'];

    /// <param name="separator">Null: a first line names it.</param>
    private static CsvReaderOptions Strict(char? separator) => new()
    {
        Separator = separator,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        MissingField = CsvMissingFieldHandling.Throw,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        DetectSeparatorHint = true,
        BufferSize = 1 << 16,
        MaxRecordSize = (int)LineCounter.LongestLine,
    };

    /// <returns>The layout and the unit of its times.</returns>
    public static (CsvSchema Schema, TimeKind Time) Read(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        (char separator, bool stated, string[] first) = FirstLines(source.Head.Span);
        try
        {
            using CsvReader csv = CsvReader.Create(source.Text, Strict(stated ? null : separator), leaveOpen: true);
            csv.ReadHeader();
            // Names as the parser cut them, so that what is detected here is found again below.
            string[] header = [.. csv.Headers.Select(name => name.Trim().Trim('"').Trim())];
            CsvSchema schema = ReadRows(csv, header, source.Path, Recognise(source.Path, separator, header, first, options), options, rows);
            return (schema, schema.Time);
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"{source.Path}:{Math.Max(1, e.LineNumber)}: {e.Message.Split('\n')[0].TrimEnd('\r')}", e);
        }
    }

    private static CsvSchema Recognise(string path, char separator, string[] header, string[] first, TraceReadOptions options)
    {
        if (header.Length == 6 && header[3] is "Gamma" or "Weibull" or "")
            throw NotRequests(path, CsvSchemas.All.First(s => s.Id == "SGC"));
        CsvSchema schema = options.Columns is ColumnMap map
            ? Mapped(path, map, header, first)
            : CsvSchemas.Detect(header) ?? throw UnknownHeader(path, header, separator);
        if (options.TimeUnit is TimeUnit unit)
        {
            if (schema.Time is TimeKind.WallClock or TimeKind.None or TimeKind.SessionSeconds)
                throw new InputException($"{path}: --time-unit: expected a column of numbers, found {schema.Title} "
                    + $"({TimeKinds.Describe(schema.Time)})");
            schema = schema with { Time = TimeKinds.Of(unit) };
        }
        if (schema.Refusal is not null)
            throw NotRequests(path, schema);
        if (schema.Time == TimeKind.None && options.RatePerSecond is null)
            throw new InputException($"{path}: {schema.Title}: no arrival times; give a rate in requests/s (--rate) to draw Poisson "
                + $"arrivals");
        if (schema.Time == TimeKind.SessionSeconds && options.SessionRatePerSecond is null)
            throw SessionClock.Missing(path, schema.Title);
        return schema;
    }

    private static CsvSchema ReadRows(
        CsvReader csv, string[] header, string path, CsvSchema schema, TraceReadOptions options, RequestRows rows)
    {
        int FieldOf(string? column) =>
            column is null ? -1 : Array.FindIndex(header, name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
        int timeField = schema.TimeColumn.Length > 0 ? FieldOf(schema.TimeColumn) : -1;
        int inputField = FieldOf(schema.InputColumn);
        int outputField = FieldOf(schema.OutputColumn);
        int modelField = FieldOf(schema.ModelColumn);
        int sessionField = FieldOf(schema.Sessions?.Session);
        SessionClock? clock = schema.Time == TimeKind.SessionSeconds ? new SessionClock(options) : null;
        CsvSessions? sessions = CsvSessions.Of(schema, rows, FieldOf);
        bool zoneSeen = false;
        int decimals = TimeKinds.Decimals(schema.Time);
        Span<byte> number = stackalloc byte[64];
        while (!rows.Full && csv.Read())
        {
            RowPlace place = new(path, csv.LineNumber);
            Int128 time = 0;
            bool timed = timeField >= 0 && (sessions is null || !csv.GetSpan(timeField).IsEmpty);
            if (timed)
            {
                ReadOnlySpan<byte> text = DecimalComma.ToPoint(csv.GetSpan(timeField), number);
                bool hasZone = false;
                rows.HasFractions |= TimeText.HasFraction(text);
                bool good = schema.Time == TimeKind.WallClock
                    ? TimeText.TryParseTimestamp(text, out time, out hasZone)
                    : TimeText.TryParseDecimal(text, decimals, out time);
                zoneSeen |= hasZone;
                if (!good)
                    throw place.Error(schema.Time == TimeKind.WallClock
                        ? $"a time like 2023-11-16 18:15:46.6805900 in column {schema.TimeColumn}"
                        : $"{TimeKinds.Words(schema.Time)} in column {schema.TimeColumn}", CountText.Show(text));
            }
            if (clock is not null)
                time += clock.StartOf(csv.GetSpan(sessionField));
            int input = CountText.Parse(DecimalComma.ToPoint(csv.GetSpan(inputField), number), place, schema.InputColumn);
            int output = CountText.Parse(DecimalComma.ToPoint(csv.GetSpan(outputField), number), place, schema.OutputColumn);
            int model = modelField >= 0 ? rows.Models.IndexOf(csv.GetSpan(modelField), place.Line) : -1;
            if (sessions is null)
                rows.Add(time, input, output, model);
            else
                sessions.Add(csv, timed ? time : null, input, output, model, place);
        }
        if (clock is not null)
            rows.Notes.Add(clock.Describe());
        if (schema.Note is not null)
            rows.Notes.Add(schema.Note);
        return schema.Id == "AZ23" && zoneSeen ? schema with { Id = "AZ24", Title = "Azure LLM inference trace 2024" } : schema;
    }

    private static InputException NotRequests(string path, CsvSchema schema) =>
        new($"{path}: {schema.Title}: {schema.Refusal}; fit a preset to them or use `ellm trace generate`");

    /// <summary>A layout made of the columns that the user names; its first row tells whether times are of a wall clock.</summary>
    private static CsvSchema Mapped(string path, ColumnMap map, string[] header, string[] first)
    {
        foreach (string? column in (string?[])[map.Arrival, map.Input, map.Output, map.Model])
        {
            if (column is not null && !header.Contains(column, StringComparer.OrdinalIgnoreCase))
                throw new InputException($"{path}:1: expected a column {column} as --columns says, found "
                    + $"{ShownText.Of(string.Join(',', header), 200)}");
        }
        TimeKind time = TimeKind.None;
        if (map.Arrival is string arrival)
        {
            int index = Array.FindIndex(header, column => column.Equals(arrival, StringComparison.OrdinalIgnoreCase));
            bool clock = index < first.Length && TimeText.TryParseTimestamp(Encoding.UTF8.GetBytes(first[index]), out _, out _);
            time = clock ? TimeKind.WallClock : TimeKinds.NamedBy(arrival) ?? TimeKind.Seconds;
        }
        return new CsvSchema("MAP", "columns of the user's own", time, [map.Input, map.Output])
        {
            TimeColumn = map.Arrival ?? "",
            InputColumn = map.Input,
            OutputColumn = map.Output,
            ModelColumn = map.Model,
        };
    }

    private static InputException UnknownHeader(string path, string[] header, char separator)
    {
        string found = header.Length == 1 ? CountText.Show(Encoding.UTF8.GetBytes(header[0]))
            : ShownText.Of(string.Join(separator, header), 200);
        string known = string.Join("; ", CsvSchemas.All.Select(s => $"{s.Id} {s.HeaderText}"));
        return new InputException($"{path}:1: unknown columns: {found}. Known: {known}; JSON lines {JsonSchemas.Known}. Or name them: "
            + $"{ColumnMap.Example}");
    }

    /// <summary>The separator, whether a line of its own names it, and the fields of the row below the header.</summary>
    private static (char Separator, bool Stated, string[] Row) FirstLines(ReadOnlySpan<byte> head)
    {
        string line = TakeLine(ref head);
        char? stated = null;
        if (line.Length == 5 && line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            stated = line[4];
            line = TakeLine(ref head);
        }
        // A quoted header is one of the known layouts' only with commas.
        char separator = stated ?? Separators.MaxBy(s => line.Count(c => c == s));
        return (separator, stated is not null, Fields(TakeLine(ref head), separator));
    }

    private static string[] Fields(string line, char separator) => [.. line.Split(separator).Select(field => field.Trim().Trim('"').Trim())];

    private static string TakeLine(ref ReadOnlySpan<byte> head)
    {
        head = head.TrimStart("\r\n"u8);
        int end = head.IndexOfAny((byte)'\n', (byte)'\r');
        string line = Encoding.UTF8.GetString(end < 0 ? head : head[..end]);
        head = end < 0 ? [] : head[end..];
        return line;
    }
}
