namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>Every kind of file in the repository is known here; what is not, was committed by mistake.</summary>
internal static class FileKinds
{
    private static readonly Dictionary<string, string> Expected = new()
    {
        [".cs"] = "source",
        [".csproj"] = "project",
        [".props"] = "what all projects share",
        [".targets"] = "what all projects share",
        [".sln"] = "all projects",
        [".json"] = "configuration, lock files, golden files",
        [".md"] = "prose",
        [".csv"] = "traces and golden files",
        [".txt"] = "golden files, banned symbols",
        [".svg"] = "figures",
        [".png"] = "figures",
        [".webp"] = "figures",
        [".yaml"] = "a golden job manifest",
        [".yml"] = "a workflow or an action",
        [".sbatch"] = "a golden job script",
        [".css"] = "the report's page",
        [".js"] = "the report's page",
        [".mjs"] = "the report in a browser",
        [".cu"] = "kernels",
        [".ptx"] = "kernels, compiled",
        [".c"] = "the CUDA driver of the tests",
        [".h"] = "the CUDA driver of the tests",
        [".ttf"] = "the font of pictures",
        [".gitattributes"] = "git",
        [".gitignore"] = "git",
        [".editorconfig"] = "style",
    };

    private static readonly string[] Programs =
    [
        ".ci/run", "docs/figures/regenerate", "tests/browser/run", "tests/slurm/run", "tests/slurm/cluster", "LICENSE", "NOTICE",
        "Containerfile", "kernels/Backends/regenerate",
    ];

    public static IEnumerable<string> Violations(IEnumerable<string> paths) =>
        paths.Where(
            path => !Programs.Contains(path) && !Path.GetFileName(path).StartsWith("LICENSE", StringComparison.Ordinal)
                && !Expected.ContainsKey(Path.GetExtension(path)));
}
