using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Tests.Cli.Sweep;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>A comparison ends with the path of a page, and leaves nothing else.</summary>
internal sealed class UnaskedReportTests
{
    private static readonly string[] Small = ["compare", "chat", "--limit", "40", "--policies", "vllm,ellm"];

    [Test]
    public void Comparison_ends_with_the_path_of_a_page_and_keeps_nothing_else()
    {
        using ScratchFolder folder = new();
        (string output, string error) = Run(folder, Small);
        string last = error.TrimEnd('\n').Split('\n')[^1];
        string page = Path.Combine("runs", "chat-compare", "report.html");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(last, Is.EqualTo($"report in {folder.In(page)} (--out DIR keeps the results too, --no-report draws none)"));
            Assert.That(File.ReadAllText(folder.In(page)),
                Does.Contain("<svg").And.Contains("ellm compare chat --limit 40 --policies vllm,ellm</pre>"));
            Assert.That(output, Is.EqualTo(Run(folder, [.. Small, "--no-report"]).Output));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { "runs", "runs/chat-compare", "runs/chat-compare/report.html" }));
        }
    }

    [TestCase("--no-report", 0)]
    [TestCase("--quiet", 0)]
    [TestCase("--format=csv", 0)]
    [TestCase("--json", 0)]
    [TestCase("--verbose", 1)]
    public void No_page_is_drawn_when_nobody_would_read_it(string flag, int pages)
    {
        using ScratchFolder folder = new();
        string error = Run(folder, [.. Small, flag]).Error;
        Assert.That(folder.Entries().Count(e => e.EndsWith("report.html", StringComparison.Ordinal)), Is.EqualTo(pages));
        Assert.That(error.Contains("report in", StringComparison.Ordinal), Is.EqualTo(pages > 0));
    }

    [Test]
    public void Nothing_is_left_in_the_temporary_folder()
    {
        using ScratchFolder temporary = new();
        (int code, _, string error) = EllmProcess.Run(
            new Dictionary<string, string> { ["TMPDIR"] = temporary.Path, ["TEMP"] = temporary.Path, ["TMP"] = temporary.Path },
            [.. Small, "--no-report"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(Directory.EnumerateDirectories(temporary.Path, "ellm-*"), Is.Empty);
    }

    [Test]
    public void A_place_that_cannot_be_written_costs_a_line()
    {
        using ScratchFolder folder = new();
        folder.File("runs", "a file");
        (string output, string error) = Run(folder, Small);
        Assert.That(output, Does.Contain("vllm"));
        Assert.That(error, Does.Contain("ellm: warning: no report: "));
    }

    [Test]
    public void Result_directory_without_a_report_holds_the_tables()
    {
        using ScratchFolder folder = new();
        Run(folder, [.. Small, "--no-report", "--out", folder.In("run")]);
        Assert.That(File.Exists(folder.In("run/summary.csv")) && !File.Exists(folder.In("run/report.html")));
    }

    private static (string Output, string Error) Run(ScratchFolder folder, string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using Terminal terminal = new(output, error, Interactive: false) { ResultsFolder = folder.In("runs") };
        Assert.That(App.Run(args, terminal), Is.Zero);
        return (output.ToString(), error.ToString());
    }
}
