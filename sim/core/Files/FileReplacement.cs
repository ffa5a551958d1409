using System.Text;

namespace ELLM.Sim.Files;

/// <summary>Writes a file so that a reader sees the old one or the new one, whole.</summary>
/// <remarks>
/// The text goes to a hidden file beside the target, <c>.NAME.RANDOM.partial</c>, is flushed to the disk and then renamed. The random
/// part keeps two processes that write one target apart: the last one wins, whole. A failure removes the partial file; a process
/// that is killed leaves it, and <see cref="RemovePartials"/> finds it. A link is followed; devices and pipes are written as they are.
/// </remarks>
public static class FileReplacement
{
    private const string Extension = ".partial";

    /// <summary>Replaces a file, or makes it with the folders above it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes all of it.</param>
    /// <param name="what">What a message calls the file; null: its path.</param>
    /// <param name="overwrite">Whether a file that is there may go.</param>
    /// <exception cref="InputException">It cannot be written; what was there is untouched.</exception>
    public static void Write(string path, Action<Stream> write, string? what = null, bool overwrite = true) =>
        FileGuard.Writing(what ?? path, () => Replace(Path.GetFullPath(path), write, overwrite));

    /// <summary>Replaces a file by a text in UTF-8.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream}, string?, bool)"/>
    public static void Write(string path, string text, string? what = null) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), what);

    /// <summary>Replaces files of one directory that belong together: all are written before the first is renamed.</summary>
    /// <exception cref="IOException">One cannot be written; unless it was the renaming, all are as they were.</exception>
    public static void WriteAll(string directory, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        (string Partial, string Target, Action<Stream> Write)[] steps =
            [.. files.Select(f => (PartialOf(Path.Combine(directory, f.Name)), Path.Combine(directory, f.Name), f.Write))];
        try
        {
            foreach ((string partial, _, Action<Stream> write) in steps)
                Fill(partial, write);
            foreach ((string partial, string target, _) in steps)
                File.Move(partial, target, overwrite: true);
        }
        catch
        {
            foreach ((string partial, _, _) in steps)
                Remove(partial);
            throw;
        }
    }

    /// <summary>A hidden name beside a target that no other process uses.</summary>
    public static string PartialOf(string target)
    {
        const int LongestKept = 64; // A name may have 255 bytes, and a character up to three.
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        string name = Path.GetFileName(full);
        return Path.Combine(
            Path.GetDirectoryName(full) ?? full,
            $".{name[..Math.Min(name.Length, LongestKept)]}.{Path.GetFileNameWithoutExtension(Path.GetRandomFileName())}{Extension}");
    }

    /// <summary>Whether a name is one of <see cref="PartialOf"/>.</summary>
    public static bool IsPartial(string path) =>
        Path.GetFileName(path) is ['.', ..] name && name.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>Removes the files that killed processes left half-written; only for the one process that writes this directory.</summary>
    public static void RemovePartials(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory, ".*" + Extension).ToArray())
            File.Delete(file);
    }

    /// <summary>Whether a path is a device, a pipe or a stream of this process, which a rename would put a plain file in the place
    /// of.</summary>
    internal static bool IsDevice(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal))
            || path.StartsWith("/proc/", StringComparison.Ordinal);

    private static void Replace(string path, Action<Stream> write, bool overwrite)
    {
        string target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        if (IsDevice(path) || IsDevice(target))
        {
            using FileStream device = new(path, FileMode.Open, FileAccess.Write);
            write(device);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string partial = PartialOf(target);
        try
        {
            Fill(partial, write);
            File.Move(partial, target, overwrite);
        }
        catch
        {
            Remove(partial);
            throw;
        }
    }

    private static void Fill(string partial, Action<Stream> write)
    {
        using FileStream stream = new(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>The failure to write is what the user must hear about, not one of removing.</summary>
    private static void Remove(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
