using System.Text;

namespace ELLM.Sim.Files;

/// <summary>Turns what the file system refuses into one line that says which file it was, and whether reading or writing failed.</summary>
public static class FileGuard
{
    /// <summary>Reads something; <see cref="InputException"/>s of the work itself pass through.</summary>
    /// <param name="what">The file as the message names it: its path, or an option and its path.</param>
    /// <param name="read">Opens, reads and closes.</param>
    /// <exception cref="InputException"><c>what: cannot be read: why</c></exception>
    public static T Reading<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{what}: damaged or cut off gzip data: {FirstLine(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{what}: cannot be read: {FirstLine(e)}", e);
        }
    }

    /// <summary>Longest file that is read whole: a configuration, a plan, a summary. A device has no end.</summary>
    public const int LongestWhole = 256 << 20;

    /// <summary>All bytes of a file, a pipe or a device, if it has an end.</summary>
    /// <exception cref="InputException">It cannot be read, or is longer than <see cref="LongestWhole"/>.</exception>
    public static byte[] Bytes(string path) => Reading(path, () =>
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        using MemoryStream whole = new(file.CanSeek ? (int)Math.Min(file.Length, LongestWhole) : 0);
        byte[] piece = new byte[1 << 16];
        for (int count; (count = file.Read(piece)) > 0;)
        {
            if (whole.Length + count > LongestWhole)
                throw new InputException($"{path}: expected at most {LongestWhole >> 20} MiB, found more");
            whole.Write(piece, 0, count);
        }
        return whole.ToArray();
    });

    /// <summary>The text of a file in UTF-8, or in another Unicode that its byte order mark names.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static string Text(string path)
    {
        using StreamReader reader = new(new MemoryStream(Bytes(path)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes something; <see cref="InputException"/>s of the work itself pass through.</summary>
    /// <param name="what">The file or directory as the message names it.</param>
    /// <param name="write">Opens, writes and closes.</param>
    /// <exception cref="InputException"><c>what: cannot be written: why</c></exception>
    public static T Writing<T>(string what, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{what}: cannot be written: {FirstLine(e)}", e);
        }
    }

    /// <inheritdoc cref="Writing{T}"/>
    public static void Writing(string what, Action write) => Writing(what, () =>
    {
        write();
        return true;
    });

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].TrimEnd('\r');
}
