using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Where the repository's own files are when its tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? at = TestContext.CurrentContext.TestDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "ELLM.Sim.sln")))
            at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("ELLM.Sim.sln is not above the tests");
    }
}
