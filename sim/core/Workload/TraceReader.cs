using ELLM.Sim.Files;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload;

/// <summary>Reads request traces of every known layout, told apart by their content.</summary>
/// <remarks>
/// <para>CSV layouts are found by their column names, JSON lines by their keys; gzip is unpacked on the way.
/// Times are kept to the picosecond. Rows are sorted by time, equal times in the order of the file.</para>
/// <para>Our own CSV: <c>arrival_s,input_tokens,output_tokens[,model]</c> with times in seconds.</para>
/// </remarks>
public static class TraceReader
{
    /// <exception cref="InputException">The file is missing, is not a trace, or has a field that is none.</exception>
    public static (Trace Trace, TraceLoadReport Report) Read(string path, TraceReadOptions? options = null)
    {
        using TraceSource source = TraceSource.Open(path);
        return Read(source, options ?? TraceReadOptions.Default);
    }

    /// <summary>From any stream, which is closed; <paramref name="name"/> stands for the path in messages.</summary>
    public static (Trace Trace, TraceLoadReport Report) Read(Stream stream, string name, TraceReadOptions? options = null)
    {
        using TraceSource source = TraceSource.Over(name, stream);
        return Read(source, options ?? TraceReadOptions.Default);
    }

    private static (Trace Trace, TraceLoadReport Report) Read(TraceSource source, TraceReadOptions options)
    {
        TraceClock.Check(options);
        RequestRows rows = new(options);
        (string id, string title, TimeKind time) = FileGuard.Reading(source.Path, () => ReadRows(source, options, rows));
        string hash = FileGuard.Reading(source.Path, source.HashToEnd);
        if (rows.ZeroOutputKept > 0)
            rows.Notes.Add(FormattableString.Invariant($"{rows.ZeroOutputKept} rows without output tokens were kept with one"));
        if (rows.Count == 0)
        {
            string why = string.Join(", ", rows.Dropped().Select(d => FormattableString.Invariant($"{d.Count} dropped: {d.Reason}")));
            throw new InputException($"{source.Path}: no requests to replay{(why.Length > 0 ? $" ({why})" : " below the header")}");
        }
        TraceColumns columns = TraceColumns.Sort(rows);
        TraceClock clock = new(source.Path, options, time, rows.BasePs, columns, rows.Notes);
        clock.Adjust();
        Trace trace = new(BaseName(source.Path), columns.TimePs, columns.Input, columns.Output)
        {
            Columns = columns.Optional,
            ContentHash = hash,
        };
        return (trace, new TraceLoadReport
        {
            Path = source.Path,
            Schema = id,
            SchemaTitle = title,
            TimeUnit = TimeKinds.Describe(time),
            Gzip = source.Gzip,
            Sha256 = hash,
            RowsRead = rows.RowsRead,
            RowsKept = rows.Count,
            Dropped = rows.Dropped(),
            Inversions = columns.Inversions,
            EqualTimes = time == TimeKind.None ? 0 : columns.EqualTimes,
            BlankLines = source.Lines.BlankLines,
            CarriageReturns = source.Lines.CarriageReturns,
            FinalNewline = source.Lines.FinalNewline,
            FirstTime = clock.FirstTime,
            LastTime = clock.LastTime,
            Limited = rows.Full,
            Notes = rows.Notes,
        });
    }

    private static (string Id, string Title, TimeKind Time) ReadRows(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        byte first = source.Head.Span.TrimStart(" \t\r\n"u8)[0];
        if (first is (byte)'{' or (byte)'[')
            return JsonSchemas.Read(source, options, rows);
        (CsvSchema schema, TimeKind time) = CsvRequests.Read(source, options, rows);
        return (schema.Id, schema.Title, time);
    }

    private static string BaseName(string path)
    {
        string name = System.IO.Path.GetFileName(path.Replace('\\', '/'));
        return name.Length > 0 ? name : path;
    }
}
