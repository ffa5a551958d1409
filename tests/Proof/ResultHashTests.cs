using System.Security.Cryptography;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Proof;

/// <summary>Results of 300 random deployments are to the byte those of commit 56be1cb: a scaffold while the engine is rebuilt.</summary>
/// <remarks>
/// A line of the recorded file has the index of a deployment, the SHA-256 (first 16 digits) of all its requests.csv, timeline.csv and
/// summary.csv, and its command line. <c>ELLM_UPDATE_GOLDEN=1</c> records anew.
/// </remarks>
internal sealed class ResultHashTests
{
    private const string Recorded = "tests/Proof/results.txt";

    private static readonly string[] Tables = ["requests.csv", "timeline.csv", "summary.csv"];

    [Test]
    public void Results_of_300_random_deployments_are_the_recorded_ones()
    {
        string[] lines = new string[DeploymentDraw.Count];
        Parallel.For(0, lines.Length, i => lines[i] = Line(i));
        GoldenFile.Check(Recorded, string.Concat(lines.Select(line => line + "\n")));
    }

    private static string Line(int index)
    {
        using ScratchFolder folder = new();
        string[] args = DeploymentDraw.Arguments(index, folder);
        (int code, _, string error) = Ellm.Run(args);
        string command = string.Join(' ', args.Select(a => a.Replace(folder.Path, "", StringComparison.Ordinal)));
        return code != 0
            ? $"{index:000} exit {code}: {error.Replace(folder.Path, "", StringComparison.Ordinal).TrimEnd('\n').Replace('\n', ' ')} | "
                + $"{command}"
            : $"{index:000} {string.Join(' ', Tables.Select(table => Hash(folder.In("out"), table)))} {command}";
    }

    /// <summary>Of all files of that name below a folder, each with its path.</summary>
    private static string Hash(string folder, string name)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = [.. Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(path => Path.GetFileName(path) == name || path.Contains($"/{name[..^4]}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            hash.AppendData(File.ReadAllBytes(Path.Combine(folder, file)));
        }
        return files.Length == 0 ? "-" : Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
