using ELLM.Sim.Tests.Golden;

namespace ELLM.Sim.Tests.Architecture;

/// <summary>The repository's own text files: nothing built, nothing hidden but what is part of it.</summary>
internal static class SourceTree
{
    private static readonly string[] Left = ["bin", "obj", ".git", ".vs", ".idea", ".vscode", "out", "runs", "artifacts",
        "BenchmarkDotNet.Artifacts", "TestResults", "node_modules"];

    public static string Root { get; } = GoldenFile.RepositoryPath("");

    /// <summary>Paths below the root, <c>/</c> between folders, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(new DirectoryInfo(Root)).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
        {
            // In a linked work tree .git is a file that names a place on this machine.
            if (file.Name != ".git")
                yield return file.FullName;
        }
        foreach (DirectoryInfo inner in folder.EnumerateDirectories().Where(d => !Left.Contains(d.Name)))
        {
            foreach (string file in Walk(inner))
                yield return file;
        }
    }
}
