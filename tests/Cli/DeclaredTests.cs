using System.CommandLine;
using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>What commands and options say of themselves.</summary>
internal sealed class DeclaredTests
{
    [Test]
    public void Examples_of_a_command_are_of_that_command_and_parse()
    {
        using Terminal terminal = new(TextWriter.Null, TextWriter.Null, Interactive: false);
        RootCommand root = App.Create(terminal);
        int seen = 0;
        foreach ((string path, Command command) in Below("ellm", root))
        {
            IReadOnlyList<string> examples = Declared.ExamplesOf(command);
            if (examples.Count > 0)
                Assert.That(examples[0].Replace("source <(", "", StringComparison.Ordinal), Does.StartWith(path));
            foreach (string example in examples)
            {
                string line = example.Split('#')[0].Split('>')[0].Replace("source <(", "", StringComparison.Ordinal)
                    .Replace(")", "", StringComparison.Ordinal);
                ParseResult parsed = root.Parse(line.Trim()["ellm".Length..]);
                Assert.That(ParseErrors.Find(parsed), Is.Null, example);
                seen++;
            }
        }
        Assert.That(seen, Is.GreaterThan(40));
    }

    [TestCase("compare chat --policies vllm --jobs 3 --set policy.watermark=0.02 -v",
        "ellm compare chat --policies vllm --set policy.watermark=0.02")]
    [TestCase("compare chat --out=there --force -q -q --limit=5 --format csv --no-report", "ellm compare chat --limit 5")]
    [TestCase("replay chat --trace-events e.json --policy --out --debug", "ellm replay chat --policy --out")]
    [TestCase("plan chat --top 3 --gpus h100", "ellm plan chat --gpus h100")]
    [TestCase("capacity chat --jobs 2 --seeds 3", "ellm capacity chat --seeds 3")]
    public void What_no_result_depends_on_is_no_part_of_the_command_in_a_report(string line, string expected)
    {
        using Terminal terminal = new(TextWriter.Null, TextWriter.Null, Interactive: false);
        Assert.That(CommandText.Of(App.Create(terminal).Parse(line)), Is.EqualTo(expected));
    }

    [Test]
    public void Options_that_keep_results_keep_them()
    {
        using ScratchFolder folder = new();
        string[] run = ["compare", "chat", "--limit", "30", "--policies", "vllm", "--set", "memory.kv_tokens=16000"];
        Assert.That(Ellm.Run([.. run, "--out", folder.In("a")]).Code, Is.Zero);
        Assert.That(
            Ellm.Run(
                [.. run, "--out", folder.In("b"), "--jobs", "1", "--force", "--quiet", "--verbose", "--no-report", "--format",
                    "json"]).Code, Is.Zero);
        foreach (string file in new[] { "summary.csv", "vllm/requests.csv", "vllm/timeline.csv" })
            Assert.That(File.ReadAllBytes(folder.In("b/" + file)), Is.EqualTo(File.ReadAllBytes(folder.In("a/" + file))), file);
    }

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command)
    {
        yield return (path, command);
        foreach (Command sub in command.Subcommands)
        {
            foreach ((string, Command) found in Below($"{path} {sub.Name}", sub))
                yield return found;
        }
    }
}
