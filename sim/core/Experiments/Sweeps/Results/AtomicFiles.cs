namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>Replaces files so that a reader sees the old one or the new one, whole.</summary>
internal static class AtomicFiles
{
    /// <summary>Removes what a killed process left half-written.</summary>
    public static void Sweep(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*.tmp").ToArray())
            File.Delete(file);
    }

    /// <summary>All are written before the first is renamed.</summary>
    public static void Write(string directory, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        string suffix = FormattableString.Invariant($".{Environment.ProcessId}.tmp");
        try
        {
            foreach ((string name, Action<Stream> write) in files)
            {
                using FileStream stream = new(Path.Combine(directory, name + suffix), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            foreach ((string name, _) in files)
                File.Move(Path.Combine(directory, name + suffix), Path.Combine(directory, name), overwrite: true);
        }
        catch
        {
            foreach ((string name, _) in files)
                File.Delete(Path.Combine(directory, name + suffix));
            throw;
        }
    }
}
