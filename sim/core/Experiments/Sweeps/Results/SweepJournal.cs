using ELLM.Sim.Files;


namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>What a journal holds that can be trusted.</summary>
/// <param name="Results">Points of the valid lines.</param>
/// <param name="ValidBytes">Length of the valid lines.</param>
/// <param name="Damage">What was found after them, one line; null when nothing, or only a line that was cut short by a kill.</param>
internal sealed record JournalContent(IReadOnlyList<PointResult> Results, long ValidBytes, string? Damage);

/// <summary>The record of finished points: one line each, appended as points finish.</summary>
/// <remarks>
/// <para>A line is one unbuffered write, so a process that is killed at any instant leaves whole lines and at most one torn
/// line at the end. The kernel keeps what was written when the process dies; only a machine that loses power can lose lines, and
/// those points are run again. So a line is not forced to the disk: that would cost milliseconds, and tens on a shared file system,
/// for points that take about as long. The whole journal is, once, when it is closed.</para>
/// <para>On reading, lines are trusted up to the first whose checksum is wrong; the rest is cut off and run again.</para>
/// </remarks>
internal sealed class SweepJournal : IDisposable
{
    private readonly Stream _file;
    private readonly string _path;
    private long _length;

    private SweepJournal(string path, Stream file, long length)
    {
        _path = path;
        _file = file;
        _length = length;
    }

    /// <summary>Opens a journal to append to; what is not valid in it is cut off.</summary>
    /// <param name="experiment">Hash of the experiment; a journal of another one is emptied.</param>
    public static (SweepJournal Journal, JournalContent Content) Open(string path, string experiment)
    {
        JournalContent content = File.Exists(path) ? Read(path, experiment) : new JournalContent([], 0, null);
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        return (Over(path, file, content.ValidBytes, experiment), content);
    }

    /// <summary>Over a stream whose first <paramref name="validBytes"/> are valid lines.</summary>
    internal static SweepJournal Over(string path, Stream file, long validBytes, string experiment)
    {
        SweepJournal journal = new(path, file, validBytes);
        try
        {
            if (file.Length != validBytes)
                file.SetLength(validBytes);
            file.Position = validBytes;
            if (validBytes == 0)
                journal.Write(JournalLine.Encode(new JournalHeader(experiment), JournalJson.Default.JournalHeader));
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static JournalContent Read(string path, string experiment)
    {
        byte[] bytes = ReadShared(path);
        List<PointResult> results = [];
        int at = 0;
        for (int line = 1; at < bytes.Length; line++)
        {
            int end = Array.IndexOf(bytes, (byte)'\n', at);
            if (end < 0)
                return new JournalContent(results, at, null);
            ReadOnlySpan<byte> text = bytes.AsSpan(at, end - at);
            if (line == 1)
            {
                bool headed = JournalLine.TryDecode(text, JournalJson.Default.JournalHeader, out JournalHeader? header);
                if (headed && header!.Experiment != experiment)
                    return new JournalContent([], 0, $"{path}: belongs to another experiment: none of its points are kept");
                if (!headed)
                    return Damaged(line);
            }
            else if (JournalLine.TryDecode(text, JournalJson.Default.PointResult, out PointResult? result) && result!.IsWhole)
            {
                results.Add(result!);
            }
            else
            {
                return Damaged(line);
            }
            at = end + 1;
        }
        return new JournalContent(results, at, null);

        JournalContent Damaged(int line) =>
            new(results, at, $"{path}:{line}: damaged: the {results.Count} points before it are kept, the rest is run again");
    }

    /// <exception cref="InputException">The line could not be written; the journal holds whole lines all the same.</exception>
    public void Append(PointResult result) => Write(JournalLine.Encode(result, JournalJson.Default.PointResult));

    public void Dispose()
    {
        try
        {
            if (_file is FileStream file)
                file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Every line is with the kernel already; what a dying disk loses is run again.
        }
        _file.Dispose();
    }

    private static byte[] ReadShared(string path) => FileGuard.Reading(path, () =>
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    });

    private void Write(byte[] line)
    {
        try
        {
            _file.Write(line);
            _length += line.Length;
        }
        catch (IOException e)
        {
            try
            {
                _file.SetLength(_length);
            }
            catch (IOException)
            {
                // The torn line stays; reading cuts it off.
            }
            throw new InputException($"{_path}: cannot be written: {e.Message}; finished points are kept, the same command goes on from them", e);
        }
    }
}
