using System.Diagnostics;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>Full, closed and missing places to write to: results come first, and what fails costs one line.</summary>
internal sealed class StreamTests
{
    private const string Small = "compare chat --limit 20 --policies vllm --no-oracle";

    [TestCase("list models")]
    [TestCase("--help")]
    [TestCase("trace convert chat")]
    [TestCase(Small + " --no-report")]
    public void A_full_stdout_is_one_line_and_exit_code_2(string args)
    {
        (int code, _, string error) = Shell($"{args} > /dev/full");
        Assert.That((code, error.Split('\n').Count(l => l.StartsWith("ellm: ", StringComparison.Ordinal))), Is.EqualTo((2, 1)), error);
        Assert.That(error, Does.Contain("standard output cannot be written").And.Not.Contains("   at "));
    }

    [Test]
    public void A_closed_stdout_is_one_line_and_exit_code_2()
    {
        (int code, _, string error) = Shell("list models >&-");
        Assert.That(code, Is.EqualTo(2), error);
        Assert.That(error, Does.StartWith("ellm: standard output cannot be written").And.Not.Contains("   at "));
    }

    [TestCase(Small + " --no-report", 0)]
    [TestCase("list models", 0)]
    [TestCase("list nonsense", 2)]
    public void With_stderr_closed_or_full_stdout_and_exit_code_are_as_if_it_were_open(string args, int expected)
    {
        (int code, string output, _) = Shell(args);
        Assert.That(code, Is.EqualTo(expected));
        foreach (string way in new[] { "2>&-", "2> /dev/full" })
        {
            (int other, string same, _) = Shell($"{args} {way}");
            Assert.That((other, same), Is.EqualTo((code, output)), way);
        }
    }

    [Test]
    public void Without_a_temporary_folder_the_table_is_there_and_a_line_says_why_there_is_no_report()
    {
        (int code, string output, string error) = Shell(Small, ("TMPDIR", "/nonexistent"));
        (_, string whole, _) = Shell(Small + " --no-report");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((0, whole)), error);
            Assert.That(error, Does.Contain("ellm: warning: no report: the temporary folder /nonexistent"));
        }
    }

    [Test]
    public void A_report_that_cannot_be_written_costs_a_line()
    {
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.In("run"));
        folder.File("run/figures", "a file where a folder should be");
        (int code, string output, string error) = Ellm.Run([.. Small.Split(' '), "--out", folder.In("run"), "--force"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(output, Does.Contain("vllm"));
            Assert.That(error, Does.Contain("ellm: warning: no report: "));
            Assert.That(File.Exists(folder.In("run/summary.csv")));
        }
    }

    [Test]
    public void Results_that_replace_others_have_no_old_report()
    {
        using ScratchFolder folder = new();
        Ellm.Run([.. Small.Split(' '), "--out", folder.In("run")]);
        Assert.That(File.Exists(folder.In("run/report.html")));
        (int code, _, string error) = Ellm.Run([.. Small.Split(' '), "--out", folder.In("run"), "--force", "--no-report"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(folder.Entries(), Has.None.Matches("report.html|figures/.*"));
    }

    [Test]
    public void Names_do_not_reach_the_terminal_as_control_characters()
    {
        using StringWriter shown = new();
        TextTable table = new(["policy", "SLO"]);
        table.Add(["a\u001b[31mb\tc\nd\r\u0007", "\u009b"]);
        table.AddSentence("\u202Ex", "did not\nstart");
        table.Write(shown);
        Assert.That(shown.ToString(), Does.Not.Match("[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e]").And.Contains("a?[31mb?c?d??"));
        (_, _, string error) = Ellm.Run("compare", "\u001b[2J\n.csv");
        Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\u001b").And.Not.Contains("\n"));
    }

    [Test]
    public void An_error_is_never_longer_than_a_screen()
    {
        (int code, _, string error) = Ellm.Run("compare", new string('x', 100_000) + ".csv");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Has.Length.LessThan(2100).And.StartsWith("ellm: xxx"));
        Assert.That(error, Does.Contain("no such file").Or.Contains("cannot be"));
    }

    [Test]
    public void A_preset_writes_below_its_directory_whatever_it_is_called()
    {
        using ScratchFolder folder = new();
        foreach (string name in new[] { "../../../evil", "..", "figures", "/tmp/evil", "summary.csv" })
        {
            string preset = folder.File("evil.json",
                SourceTree.Text("configs/policies/vllm.json").Replace("\"name\": \"vllm\"", $"\"name\": \"{name}\"",
                StringComparison.Ordinal));
            (int code, _, string error) = Ellm.Run("compare", "chat", "--limit", "20", "--policies", $"{preset},vllm", "--no-oracle",
                "--out", folder.In("deep/er/run"), "--force");
            Assert.That(code, Is.Zero, error);
            Assert.That(folder.Entries().Where(e => e != "evil.json" && !e.StartsWith("deep", StringComparison.Ordinal)), Is.Empty, name);
            Assert.That(Directory.EnumerateFiles(folder.In("deep/er"), "*", SearchOption.TopDirectoryOnly), Is.Empty);
            Assert.That(File.ReadAllText(folder.In("deep/er/run/report.html")), Does.Contain("</html>"));
            Directory.Delete(folder.In("deep"), recursive: true);
        }
    }

    [Test]
    public void A_new_baseline_has_its_JUnit_file_too()
    {
        using ScratchFolder folder = new();
        string file = folder.File("x.json", """{ "name": "x", "base": { "limit": 20 }, "grid": { "policy": ["vllm", "ellm"] } }""");
        (int code, _, string error) = Ellm.Run("check", file, "--update", "--junit", folder.In("junit.xml"));
        Assert.That(code, Is.Zero, error);
        Assert.That(File.ReadAllText(folder.In("junit.xml")), Does.Contain("tests=\"2\" failures=\"0\""));
    }

    private static (int Code, string Out, string Error) Shell(string args, params (string Name, string Value)[] environment)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("needs a Linux shell and /dev/full");
        string command = $"exec '{Environment.ProcessPath}' '{Path.Combine(AppContext.BaseDirectory, "ellm.dll")}' {args}";
        ProcessStartInfo start = new("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
