using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Files;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>The user's own files that an experiment reads: a sweep that goes on after one of them changed would mix results.</summary>
internal static class InputFiles
{
    private const string Table = "table:";

    /// <summary>SHA-256 of each, by file name; of a folder of tables, of each file in it; of a policy assembly, of what was loaded.</summary>
    public static JsonObject Hashes(Experiment experiment)
    {
        JsonObject hashes = [];
        foreach (string path in experiment.Points.SelectMany(Paths).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string[] files = Directory.Exists(path)
                ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
                : File.Exists(path) ? [path] : [];
            foreach (string file in files)
            {
                string name = Path.GetRelativePath(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".", file).Replace('\\', '/');
                hashes[Free(hashes, name)] = Hash(file);
            }
        }
        foreach (PolicyAssembly assembly in experiment.Points
            .SelectMany(p => PolicyAssembly.UsedBy(p.Config.Policy, p.Config.Engine.Router)).Distinct())
            hashes[Free(hashes, assembly.Name)] = assembly.Sha256;
        return hashes;
    }

    private static IEnumerable<string> Paths(SweepPoint point)
    {
        RunConfig config = point.Config;
        string times = config.Timing.Model;
        string?[] named = [point.Workload.Trace, config.Model, config.Gpu, config.Profile, config.Timing.Profile, times.StartsWith(Table, StringComparison.Ordinal) ? times[Table.Length..] : null];
        return named.OfType<string>().Where(text => text.AsSpan().IndexOfAny("/\\.") >= 0);
    }

    /// <summary>Two folders may hold files of one name.</summary>
    private static string Free(JsonObject hashes, string name)
    {
        string free = name;
        for (int i = 2; hashes.ContainsKey(free); i++)
            free = FormattableString.Invariant($"{name} ({i})");
        return free;
    }

    private static string Hash(string file) => FileGuard.Reading(file, () =>
    {
        using FileStream stream = File.OpenRead(file);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        long left = stream.CanSeek ? stream.Length : 0;
        for (int read; (read = stream.Read(buffer)) > 0; left -= read)
        {
            // What holds more than its size is a pipe or a device: it may have no end, and it cannot be read for each point anew.
            if (read > left)
                throw new InputException($"{file}: expected a file, found a pipe, a device or a file that grows: a sweep reads its "
                    + $"inputs more than once");
            hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    });
}
