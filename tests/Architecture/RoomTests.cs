using System.Text.RegularExpressions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture;

/// <summary>The rooms of the library stand in an order, and look one way.</summary>
internal sealed partial class RoomTests
{
    private const string Library = "sim/core/";

    // Lowest first: a room may use any room before it in this list, never one after it.
    private static readonly string[] Rooms =
        ["Files", "Settings", "Numerics", "Time", "Hardware", "Models", "Memory", "Timing", "Workload", "Serving", "Policies", "Metrics", "Configuration", "Experiments", "Validation"];

    [Test]
    public void Every_folder_is_a_room()
    {
        string[] folders = [.. SourceTree.Files.Where(IsSource).Select(f => f[Library.Length..].Split('/')).Where(p => p.Length > 1).Select(p => p[0]).Distinct()];
        Assert.That(folders, Is.EquivalentTo(Rooms), "a new folder takes its place in the order");
    }

    [TestCaseSource(nameof(Rooms))]
    public void Room_uses_only_rooms_below_it(string room)
    {
        int own = Array.IndexOf(Rooms, room);
        List<string> wrong = [];
        foreach (string file in SourceTree.Files.Where(f => IsSource(f) && f.StartsWith(Library + room + "/", StringComparison.Ordinal)))
        {
            foreach (Match use in OwnNamespace().Matches(SourceTree.Text(file)))
            {
                if (Array.IndexOf(Rooms, use.Groups[1].Value) > own)
                    wrong.Add($"{file} uses {use.Value}");
            }
        }
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void The_root_uses_no_room()
    {
        foreach (string file in SourceTree.Files.Where(f => IsSource(f) && !f[Library.Length..].Contains('/')))
            Assert.That(OwnNamespace().Matches(SourceTree.Text(file)), Is.Empty, file);
    }

    [Test]
    public void Namespaces_are_folders()
    {
        foreach (string file in SourceTree.Files.Where(IsSource))
        {
            string folder = (Path.GetDirectoryName(file[Library.Length..]) ?? "").Replace('\\', '/').Replace('/', '.');
            string expected = folder.Length == 0 ? "namespace ELLM.Sim;" : $"namespace ELLM.Sim.{folder};";
            Assert.That(SourceTree.Text(file), Does.Contain(expected), file);
        }
    }

    [Test]
    public void Only_the_programs_know_the_console()
    {
        foreach (string file in SourceTree.Files.Where(IsSource))
            Assert.That(SourceTree.Text(file), Does.Not.Match(@"\bConsole\.|System\.CommandLine|Spectre"), file);
    }

    private static bool IsSource(string file) =>
        file.StartsWith(Library, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal);

    [GeneratedRegex(@"\bELLM\.Sim\.(\w+)")]
    private static partial Regex OwnNamespace();
}
