using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Files;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload;

/// <summary>Reads request traces of every known layout, told apart by their content.</summary>
/// <remarks>
/// <para>CSV and Parquet layouts are found by their column names, JSON lines by their keys; gzip is unpacked on the way.
/// Times are kept to the picosecond. Rows are sorted by time, equal times in the order of the file.</para>
/// <para>Our own CSV: <c>arrival_s,input_tokens,output_tokens[,model]</c> with times in seconds.</para>
/// </remarks>
public static class TraceReader
{
    /// <exception cref="InputException">The file is missing, is not a trace, or has a field that is none.</exception>
    public static (Trace Trace, TraceLoadReport Report) Read(string path, TraceReadOptions? options = null)
    {
        return Read(() => TraceSource.Open(path), options ?? TraceReadOptions.Default);
    }

    /// <summary>From any stream, which is closed; <paramref name="name"/> stands for the path in messages.</summary>
    public static (Trace Trace, TraceLoadReport Report) Read(Stream stream, string name, TraceReadOptions? options = null)
    {
        long start = stream.CanSeek ? stream.Position : 0;
        return Read(Open, options ?? TraceReadOptions.Default);

        TraceSource Open()
        {
            if (stream.CanSeek)
                stream.Position = start;
            return TraceSource.Over(name, stream);
        }
    }

    /// <param name="open">Opens the source; called again when the first reading shows that its times have another unit.</param>
    /// <param name="options">How to read.</param>
    private static (Trace Trace, TraceLoadReport Report) Read(Func<TraceSource> open, TraceReadOptions options)
    {
        TraceClock.Check(options);
        using TraceSource source = open();
        RequestRows rows = new(options) { Endless = source.IsPipe };
        (string id, string title, TimeKind time) = FileGuard.Reading(source.Path, () => ReadRows(source, options, rows));
        if (OtherUnit(source.Path, options, rows, id, time) is TimeKind taken)
        {
            if (rows.Endless)
                throw new InputException($"{source.Path}: its times look like {TimeKinds.Words(taken)}, not {TimeKinds.Words(time)}; state the unit with --time-unit");
            (Trace again, TraceLoadReport report) = Read(open, options with { TimeUnit = TimeKinds.UnitOf(taken) });
            string note = $"times are taken as {TimeKinds.Words(taken)}: as {TimeKinds.Words(time)} their rate or their fractions do not fit";
            return (again, report with { UnitTaken = note });
        }
        if (rows.ZeroOutputKept > 0)
            rows.Notes.Add(FormattableString.Invariant($"{rows.ZeroOutputKept} rows without output tokens were kept with one"));
        if (rows.Count == 0)
        {
            string why = string.Join(", ", rows.Dropped().Select(d => FormattableString.Invariant($"{d.Count} dropped: {d.Reason}")));
            throw new InputException($"{source.Path}: no requests to replay{(why.Length > 0 ? $" ({why})" : " below the header")}");
        }
        TraceColumns columns = TraceCut.Apply(TraceColumns.Sort(rows), options, source.Path);
        string hash = rows.Full && source.IsPipe ? columns.Sha256() : FileGuard.Reading(source.Path, source.HashToEnd);
        TraceClock clock = new(source.Path, options, time, rows.BasePs, columns, rows.Notes);
        columns = clock.Adjust();
        Trace trace = new(BaseName(source.Path), columns.TimePs, columns.Input, columns.Output)
        {
            Columns = columns.Optional,
            ContentHash = rows.BesideSha256 is { } beside ? Both(hash, beside) : hash,
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
            RowsKept = columns.TimePs.Length,
            RowsCut = rows.Count - columns.TimePs.Length,
            Dropped = rows.Dropped(),
            Inversions = columns.Inversions,
            EqualTimes = time == TimeKind.None ? 0 : columns.EqualTimes,
            TiesAreKept = !options.SpreadEqualTimes && columns.TimePs[^1] > columns.TimePs[0],
            BlankLines = source.Lines.BlankLines,
            CarriageReturns = source.Lines.CarriageReturns,
            FinalNewline = source.Lines.FinalNewline,
            FirstTime = clock.FirstTime,
            LastTime = clock.LastTime,
            Limited = rows.Full,
            Notes = rows.Notes,
        });
    }

    /// <summary>The unit that the file must be read with instead; null when it was read with the right one.</summary>
    /// <exception cref="InputException">A stated unit that cannot be, or none or several that can.</exception>
    private static TimeKind? OtherUnit(string path, TraceReadOptions options, RequestRows rows, string schema, TimeKind read)
    {
        TimeUnitCheck check = new(path, rows);
        if (options.TimeUnit is not null)
        {
            check.Check(read);
            return null;
        }
        bool named = schema == CsvSchemas.Own || schema.StartsWith(ClientLayout.Prefix, StringComparison.Ordinal)
            || (options.Columns?.Arrival is string arrival && TimeKinds.NamedBy(arrival) is not null);
        if (named || read is TimeKind.WallClock or TimeKind.SessionSeconds or TimeKind.None)
            return null;
        TimeKind taken = check.Decide(read, own: options.Columns is null);
        return taken == read ? null : taken;
    }

    private static (string Id, string Title, TimeKind Time) ReadRows(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        byte first = source.Head.Span.TrimStart(" \t\r\n"u8)[0];
        if (first is (byte)'{' or (byte)'[')
            return JsonSchemas.Read(source, options, rows);
        (CsvSchema schema, TimeKind time) = CsvRequests.Read(source, options, rows);
        return (schema.Id, schema.Title, time);
    }

    /// <summary>Whether the file holds request records as JSON, by its first keys: an array, or an object that is no workload specification.</summary>
    public static bool IsJsonTrace(string path)
    {
        if (!File.Exists(path))
            return false;
        using TraceSource source = TraceSource.Open(path);
        return JsonSchemas.LooksLikeRequests(source.Head.Span);
    }

    private static string Both(string hash, string other) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{hash}\n{other}")));

    private static string BaseName(string path)
    {
        string name = System.IO.Path.GetFileName(path.Replace('\\', '/'));
        return ShownText.Of(name.Length > 0 ? name : path);
    }
}
