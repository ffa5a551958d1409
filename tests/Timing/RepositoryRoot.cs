using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

/// <summary>Finds files of the source tree, and of a folder beside it that only some checkouts have.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        DirectoryInfo? at = new(TestContext.CurrentContext.TestDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "ELLM.Sim.sln")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("no ELLM.Sim.sln above the test directory");
    }

    /// <summary>The file below a folder <c>shared</c> beside the repository or beside one of its parents, or null.</summary>
    public static string? Shared(string relative)
    {
        for (DirectoryInfo? at = new DirectoryInfo(Find()).Parent; at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", relative);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
