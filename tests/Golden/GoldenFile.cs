using NUnit.Framework;

namespace ELLM.Sim.Tests.Golden;

/// <summary>Compares text with a file of the repository. <c>ELLM_UPDATE_GOLDEN=1 dotnet test</c> writes the files anew: review the
/// diff.</summary>
internal static class GoldenFile
{
    private static readonly Lazy<string> Root = new(FindRoot);

    public static string[] RepositoryLines(string path) => File.ReadAllLines(Path.Combine(Root.Value, path));

    public static string RepositoryPath(string path) => Path.Combine(Root.Value, path);

    /// <param name="path">Below the repository's root, <c>/</c> between folders.</param>
    public static void Check(string path, string actual)
    {
        string file = Path.Combine(Root.Value, path);
        if (Environment.GetEnvironmentVariable("ELLM_UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, actual);
        Assert.That(File.Exists(file), $"{path} is missing: run once with ELLM_UPDATE_GOLDEN=1");
        Assert.That(actual, Is.EqualTo(File.ReadAllText(file)),
            $"{path} differs: if that is meant, run once with ELLM_UPDATE_GOLDEN=1 and review the diff");
    }

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "ELLM.Sim.sln")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
