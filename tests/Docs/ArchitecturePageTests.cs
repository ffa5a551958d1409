using System.Text.RegularExpressions;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Architecture.Habits;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Docs;

/// <summary>docs/architecture.md says what is there.</summary>
internal sealed partial class ArchitecturePageTests
{
    private static string Page => SourceTree.Text("docs/architecture.md");

    [Test]
    public void Rooms_stand_in_their_order()
    {
        string section = Page.Split("## Rooms of the library")[1].Split("\n## ")[0];
        Assert.That(Row().Matches(section).Select(m => m.Groups[1].Value).Skip(1), Is.EqualTo(RoomOrderTests.Library.Rooms));
    }

    /// <summary>Each file of the path names the next one in its code.</summary>
    [Test]
    public void The_path_of_a_run_is_true()
    {
        string section = Page.Split("## The path of `ellm compare`")[1].Split("\n## ")[0];
        string[] path = [.. SourceLink().Matches(section).Select(m => m.Groups[1].Value)];
        string[] hops = ["CompareCommand", "Compare", "RunReport", "Simulation", "Cluster", "Replica"];
        for (int i = 0; i < hops.Length; i++)
        {
            string file = path.Single(p => Path.GetFileNameWithoutExtension(p) == hops[i]);
            if (i + 1 < hops.Length)
                Assert.That(Names(file), Does.Contain(hops[i + 1]), $"{file} does not lead to {hops[i + 1]}");
        }
    }

    private static IEnumerable<string> Names(string file) =>
        SourceFile.All.Single(f => f.Path == file).Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken))
            .Select(t => t.ValueText);

    [GeneratedRegex(@"^\| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(\.\./([^)\s]+\.cs)\)")]
    private static partial Regex SourceLink();
}
