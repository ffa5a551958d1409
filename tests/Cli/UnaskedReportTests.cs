using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Tests.Cli.Sweep;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>A comparison ends with the path of a report, wherever it is run, and leaves nothing where it is run.</summary>
internal sealed class UnaskedReportTests
{
    private static readonly string[] Small = ["compare", "chat", "--limit", "40", "--policies", "vllm,ellm"];

    [Test]
    public void Comparison_ends_with_the_path_of_a_report_and_prints_the_same_table()
    {
        (string output, string error) = Run(Small);
        string last = error.TrimEnd('\n').Split('\n')[^1];
        Assert.That(last, Does.StartWith("report in ").And.Contains("report.html (--out DIR keeps it, --no-report draws none)"));
        string page = last["report in ".Length..(last.IndexOf(".html", StringComparison.Ordinal) + 5)];
        string folder = Path.GetDirectoryName(page)!;
        try
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That(File.ReadAllText(page),
                    Does.Contain("<svg").And.Contains("ellm compare chat --limit 40 --policies vllm,ellm</pre>"));
                Assert.That(output, Is.EqualTo(Run([.. Small, "--no-report"]).Output));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("--no-report", 0)]
    [TestCase("--quiet", 0)]
    [TestCase("--format=csv", 0)]
    [TestCase("--verbose", 1)]
    public void No_folder_is_made_when_nobody_would_read_the_report(string flag, int folders)
    {
        using ScratchFolder temporary = new();
        (int code, _, string error) =
            EllmProcess.Run(
                new Dictionary<string, string> { ["TMPDIR"] = temporary.Path, ["TEMP"] = temporary.Path, ["TMP"] = temporary.Path },
                [.. Small, flag]);
        Assert.That(code, Is.Zero, error);
        Assert.That(Directory.EnumerateDirectories(temporary.Path, "ellm-*").Count(), Is.EqualTo(folders));
        Assert.That(error.Contains("report in", StringComparison.Ordinal), Is.EqualTo(folders > 0));
    }

    [Test]
    public void Result_directory_without_a_report_holds_the_tables()
    {
        using ScratchFolder folder = new();
        Run([.. Small, "--no-report", "--out", folder.In("run")]);
        Assert.That(File.Exists(folder.In("run/summary.csv")) && !File.Exists(folder.In("run/report.html")));
    }

    private static (string Output, string Error) Run(string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using Terminal terminal = new(output, error, Interactive: false);
        Assert.That(App.Run(args, terminal), Is.Zero);
        return (output.ToString(), error.ToString());
    }
}
