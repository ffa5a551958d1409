using System.Buffers.Text;
using System.Text;
using ELLM.Sim.Files;
using ELLM.Sim.Time;

namespace ELLM.Sim.Workload;

/// <summary>Layouts that a trace can be written in.</summary>
public enum TraceFormat
{
    /// <summary>
    /// <c>arrival_s,input_tokens,output_tokens[,model][,session,turn,think_s][,like,shared_tokens]</c>, exact decimal seconds.
    /// </summary>
    Csv,

    /// <summary><c>arrived_at,num_prefill_tokens,num_decode_tokens</c>, exact decimal seconds; all else is left out.</summary>
    Vidur,

    /// <summary>
    /// JSON lines <c>timestamp,input_length,output_length[,hash_ids][,session_id,delay]</c>, whole milliseconds (rounded down), blocks of
    /// 512 tokens; models are left out.
    /// </summary>
    Mooncake,
}

/// <summary>Writes traces: UTF-8, line feeds, a final line feed, the same bytes on every machine.</summary>
public static class TraceWriter
{
    /// <summary>What a layout cannot hold of a trace, in words.</summary>
    public static IEnumerable<string> Dropped(Trace trace, TraceFormat format) => AnnotatedTraceWriter.Dropped(trace, format);

    /// <summary>Writes to a temporary name beside <paramref name="path"/> and renames: the file is whole or absent.</summary>
    /// <exception cref="InputException">The path cannot be written, or exists and <paramref name="overwrite"/> is false.</exception>
    public static void Write(Trace trace, string path, TraceFormat format = TraceFormat.Csv, bool overwrite = false)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("trace to write: expected a path, found nothing");
        if (!overwrite && (File.Exists(path) || Directory.Exists(path)))
            throw new InputException($"{path}: exists already");
        FileReplacement.Write(path, stream => Write(trace, stream, format), overwrite: overwrite);
    }

    public static void Write(Trace trace, Stream stream, TraceFormat format = TraceFormat.Csv)
    {
        if (AnnotatedTraceWriter.Applies(trace, format))
        {
            AnnotatedTraceWriter.Write(trace, stream, format);
            return;
        }
        ModelColumn? models = format == TraceFormat.Csv ? trace.Models : null;
        byte[][] names = models is null ? [] : [.. models.Names.Select(Quote)];
        ReadOnlySpan<byte> header = format switch
        {
            TraceFormat.Csv =>
                models is not null ? "arrival_s,input_tokens,output_tokens,model\n"u8 : "arrival_s,input_tokens,output_tokens\n"u8,
            TraceFormat.Vidur => "arrived_at,num_prefill_tokens,num_decode_tokens\n"u8,
            _ => [],
        };
        stream.Write(header);
        byte[] buffer = new byte[1 << 16];
        int used = 0;
        for (int i = 0; i < trace.Count; i++)
        {
            if (used > buffer.Length - 256)
            {
                stream.Write(buffer.AsSpan(0, used));
                used = 0;
            }
            Span<byte> row = buffer.AsSpan(used);
            used += format == TraceFormat.Mooncake
                ? JsonRow(row, trace.ArrivalPs[i] / SimTime.PsPerMillisecond, trace.InputTokens[i], trace.OutputTokens[i])
                : CsvRow(row, trace.ArrivalPs[i], trace.InputTokens[i], trace.OutputTokens[i]);
            if (models is not null)
            {
                // The row's line feed makes room for the name, which may be of any length.
                used--;
                stream.Write(buffer.AsSpan(0, used));
                used = 0;
                stream.Write(","u8);
                stream.Write(models.Index[i] >= 0 ? names[models.Index[i]] : []);
                buffer[used++] = (byte)'\n';
            }
        }
        stream.Write(buffer.AsSpan(0, used));
    }

    private static int CsvRow(Span<byte> row, long timePs, int input, int output)
    {
        int at = Seconds(row, timePs);
        row[at++] = (byte)',';
        at += Number(row[at..], input);
        row[at++] = (byte)',';
        at += Number(row[at..], output);
        row[at++] = (byte)'\n';
        return at;
    }

    private static int JsonRow(Span<byte> row, long milliseconds, int input, int output)
    {
        int at = Text(row, "{\"timestamp\": "u8);
        at += Number(row[at..], milliseconds);
        at += Text(row[at..], ", \"input_length\": "u8);
        at += Number(row[at..], input);
        at += Text(row[at..], ", \"output_length\": "u8);
        at += Number(row[at..], output);
        return at + Text(row[at..], "}\n"u8);
    }

    /// <summary>Exact seconds with as many decimals as they need.</summary>
    private static int Seconds(Span<byte> row, long timePs)
    {
        int at = Number(row, timePs / SimTime.PsPerSecond);
        long fraction = timePs % SimTime.PsPerSecond;
        if (fraction == 0)
            return at;
        row[at++] = (byte)'.';
        for (long place = SimTime.PsPerSecond / 10; fraction > 0; place /= 10)
        {
            row[at++] = (byte)('0' + fraction / place);
            fraction %= place;
        }
        return at;
    }

    private static int Number(Span<byte> row, long value)
    {
        Utf8Formatter.TryFormat(value, row, out int written);
        return written;
    }

    private static int Text(Span<byte> row, ReadOnlySpan<byte> text)
    {
        text.CopyTo(row);
        return text.Length;
    }

    private static byte[] Quote(string name) => Encoding.UTF8.GetBytes(QuoteText(name));

    /// <summary>A name as a field of a CSV file.</summary>
    internal static string QuoteText(string name) =>
        name.AsSpan().IndexOfAny(",\"\r\n") < 0 && name == name.Trim()
            ? name
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
