using System.Text.RegularExpressions;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Docs;

/// <summary>What the documents say, the program does. <c>ELLM_UPDATE_GOLDEN=1 dotnet test</c> writes printed blocks anew.</summary>
internal sealed partial class DocumentTests
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("ELLM_UPDATE_GOLDEN") == "1";

    private static IEnumerable<string> Documents => SourceTree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

    private static IEnumerable<string> TaskPages => Documents
        .Where(f => f.StartsWith("docs/tasks/", StringComparison.Ordinal) && !f.EndsWith("/README.md", StringComparison.Ordinal));

    [TestCaseSource(nameof(Documents))]
    public void Commands_work_and_print_what_is_shown(string document)
    {
        using ScratchFolder folder = new();
        string[] lines = SourceTree.Text(document).Split('\n');
        int shift = 0;
        List<string> written = [.. lines];
        foreach (DocExample example in DocExample.Of(document))
        {
            List<(string Command, int Code, string Out, string Error)> results = [];
            bool lastRan = example.Run(folder, results);
            foreach ((string command, int code, _, string error) in results)
                Assert.That(code, Is.Zero, $"{example}: {command}: {error}");
            if (!lastRan || example.Output is not { } shown)
                continue;
            string[] actual = Shown(results[^1].Out, shown);
            if (Update)
            {
                written.RemoveRange(example.OutputLine + shift, shown.Count);
                written.InsertRange(example.OutputLine + shift, actual);
                shift += actual.Length - shown.Count;
            }
            else
            {
                Assert.That(shown, Is.EqualTo(actual),
                    $"{example}: if that is meant, run once with ELLM_UPDATE_GOLDEN=1 and review the diff");
            }
        }
        if (Update)
            File.WriteAllText(Path.Combine(SourceTree.Root, document), string.Join('\n', written));
    }

    [Test]
    public void Readme_is_read_in_minutes() =>
        Assert.That(SourceTree.Text("README.md").Split('\n'), Has.Length.LessThan(150));

    /// <summary>A task page is a file in docs/tasks and a row of its README.</summary>
    [TestCaseSource(nameof(TaskPages))]
    public void A_task_page_is_listed_and_shows_a_command(string page)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SourceTree.Text("docs/tasks/README.md"), Does.Contain($"]({Path.GetFileName(page)})"));
            Assert.That(DocExample.Of(page).SelectMany(e => e.Commands), Has.Some.StartsWith("ellm ").Or.Some.StartsWith("dotnet "));
        }
    }

    [TestCaseSource(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(SourceTree.Root, document))!;
        foreach (Match link in Link().Matches(SourceTree.Text(document)))
        {
            string target = link.Groups[1].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                Assert.That(Path.Exists(Path.Combine(folder, target)), $"{document}: {target}");
        }
    }

    /// <summary>The output as the document shows it: whole, or its first lines and <c>...</c></summary>
    private static string[] Shown(string output, IReadOnlyList<string> shown)
    {
        string[] actual = output.TrimEnd('\n').Split('\n');
        return shown is [.., "..."] && actual.Length >= shown.Count ? [.. actual[..(shown.Count - 1)], "..."] : actual;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
