using ELLM.Sim.Files;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Writes result files so that a run directory is complete or not there at all.</summary>
/// <remarks>
/// Files are written into a hidden sibling directory of its own first and moved when all of them are closed: a failure or an
/// interruption leaves the target as it was, and two runs into one target do not mix. They are not flushed to the disk: a machine
/// that loses its power costs a run that can be run again, not every run the time of a flush. A target that exists and is not empty
/// is refused unless forced; when forced, files of the same names are replaced and all others are left alone.
/// </remarks>
public static class RunDirectory
{
    /// <summary>Takes a target for this process, from before a run until its results are written: a second process is told at
    /// once.</summary>
    /// <returns>What gives it back; it leaves no file and no folder that was not there.</returns>
    /// <exception cref="InputException">Another process has it, or <see cref="Write"/> would refuse it.</exception>
    public static IDisposable Claim(string path, bool force)
    {
        Check(path, force);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return FileGuard.Writing($"output directory {path}", () => new Claimed(target, path));
    }

    /// <summary>Refuses a target that <see cref="Write"/> would refuse: ask before a long run, not after it.</summary>
    public static void Check(string path, bool force)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new InputException("output directory: expected a path, found nothing");
        if (File.Exists(path))
            throw new InputException($"output {path}: expected a directory, found a file");
        if (Directory.Exists(path) && !force && FileGuard.Reading($"output directory {path}", () => Directory.EnumerateFileSystemEntries(path).Any()))
            throw new InputException($"output directory {path} exists and is not empty: choose another or pass --force to replace its result files");
        Probe(path);
    }

    /// <summary>The nearest directory above the target must take a new one: made and removed again.</summary>
    private static void Probe(string path)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string at = Path.GetDirectoryName(target) ?? target;
        while (!Directory.Exists(at))
        {
            if (File.Exists(at))
                throw new InputException($"output directory {path}: {Path.GetFileName(at)} is a file");
            at = Path.GetDirectoryName(at) ?? throw new InputException($"output directory {path}: nothing above it exists");
        }
        string probe = FileReplacement.PartialOf(Path.Combine(at, Path.GetFileName(target)));
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"output directory {path}: nothing can be written in {at}", e);
        }
    }

    /// <param name="path">The run directory; its parents are made.</param>
    /// <param name="force">Replace result files in a directory that is not empty.</param>
    /// <param name="files">Names below the directory, <c>/</c> between folders, and what writes them, in order.</param>
    public static void Write(string path, bool force, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        Check(path, force);
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string parent = Path.GetDirectoryName(target) ?? target;
        string partial = FileReplacement.PartialOf(target);
        FileGuard.Writing($"output directory {path}", () =>
        {
            Directory.CreateDirectory(parent);
            Directory.CreateDirectory(partial);
            try
            {
                foreach ((string name, Action<Stream> write) in files)
                {
                    string file = Path.Combine(partial, name);
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    using FileStream stream = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                    write(stream);
                }
                Publish(partial, target, files);
            }
            finally
            {
                if (Directory.Exists(partial))
                    Directory.Delete(partial, recursive: true);
            }
        });
    }

    /// <summary>The lock lies beside the target, which is not there yet; folders made for it go again if they stay empty.</summary>
    private sealed class Claimed : IDisposable
    {
        private readonly OwnerLock _owner;
        private readonly List<string> _made = [];

        public Claimed(string target, string path)
        {
            string parent = Path.GetDirectoryName(target) ?? target;
            for (string? at = parent; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
                _made.Add(at);
            Directory.CreateDirectory(parent);
            try
            {
                _owner = OwnerLock.Acquire(
                    Path.Combine(parent, "." + FileNames.Of(Path.GetFileName(target))), $"output directory {path}",
                        "wait for it, or choose another", leavesNothing: true);
            }
            catch
            {
                RemoveMade();
                throw;
            }
        }

        public void Dispose()
        {
            _owner.Dispose();
            RemoveMade();
        }

        private void RemoveMade()
        {
            try
            {
                foreach (string folder in _made)
                    Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Results are in it.
            }
        }
    }

    private static void Publish(string partial, string target, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any())
        {
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(partial, target);
            return;
        }
        foreach ((string name, _) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, name))!);
            File.Move(Path.Combine(partial, name), Path.Combine(target, name), overwrite: true);
        }
    }
}
