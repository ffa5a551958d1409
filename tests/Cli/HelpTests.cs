using System.CommandLine;
using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Screen;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Help answers everywhere, whatever else is missing.</summary>
internal sealed class HelpTests
{
    private static IEnumerable<string> Paths
    {
        get
        {
            using Terminal silent = new(TextWriter.Null, TextWriter.Null, Interactive: false);
            return [.. Walk(App.Create(silent), "")];
        }
    }

    [TestCaseSource(nameof(Paths))]
    public void Every_command_explains_itself(string path)
    {
        (int code, string output, string error) = Ellm.Run([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, error), Is.EqualTo((0, "")));
            Assert.That(output, Does.Contain("Usage:").And.Contains(path));
            Assert.That(output.Split('\n'), Has.Length.LessThan(95));
            Assert.That(output.Split('\n').Select(line => line.Length), Has.All.LessThanOrEqualTo(80));
        }
    }

    [Test]
    public void Nothing_said_is_help()
    {
        (int code, string output, string error) = Ellm.Run();
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("Run:\n  compare ").And.Contain("Shell:\n  completion "));
    }

    [TestCase("help", "--help")]
    [TestCase("help compare", "compare --help")]
    [TestCase("help trace stats", "trace stats -h")]
    public void Help_is_a_word_too(string words, string same) =>
        Assert.That(Ellm.Run(words.Split(' ')), Is.EqualTo(Ellm.Run(same.Split(' '))));

    [Test]
    public void Options_stand_under_headings()
    {
        string help = Ellm.Run("compare", "--help").Out;
        string[] headings = [.. help.Split('\n').Where(line => line.Length > 0 && line[0] != ' ' && line.EndsWith(':'))];
        Assert.That(headings, Is.EqualTo(new[]
        {
            "Usage:", "Arguments:", "Options:", "Trace:", "Deployment:", "Objectives:", "Running:", "Results:", "Other:", "Examples:",
        }));
    }

    private static IEnumerable<string> Walk(Command command, string path)
    {
        yield return path;
        foreach (Command inner in command.Subcommands)
        {
            foreach (string below in Walk(inner, (path + " " + inner.Name).Trim()))
                yield return below;
        }
    }
}
