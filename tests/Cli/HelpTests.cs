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
            Assert.That(output.Split('\n'), Has.Length.LessThan(60), "one screen");
        }
    }

    [Test]
    public void Nothing_said_is_help()
    {
        (int code, string output, string error) = Ellm.Run();
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("Commands:").And.Contains("compare"));
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
