using System.IO.Compression;
using System.Text;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Input that is broken in ways that a table of texts cannot say.</summary>
internal sealed class HostileInputTests
{
    private const string Header = "arrival_s,input_tokens,output_tokens\n";

    [TestCase(30)]
    [TestCase(2000)]
    public void Cut_gzip_leaves_no_files(int bytes)
    {
        using ScratchFolder folder = new();
        StringBuilder rows = new(Header);
        for (int i = 0; i < 5000; i++)
            rows.Append(i).Append(",100,").Append((i * 7 % 300) + 1).Append('\n');
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.ASCII.GetBytes(rows.ToString()));
        File.WriteAllBytes(folder.In("cut.csv.gz"), packed.ToArray()[..bytes]);
        Refused(["replay", folder.In("cut.csv.gz"), "--out", folder.In("run")], "cut off gzip");
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "cut.csv.gz" }));
    }

    [TestCase("", "expected a path")]
    [TestCase("taken/run", "taken is a file")]
    [TestCase("taken/deep/run", "taken is a file")]
    public void Output_is_checked_before_the_run(string output, string expected)
    {
        using ScratchFolder folder = new();
        folder.File("taken", "mine");
        string target = output.Length == 0 ? "" : folder.In(output);
        foreach (string command in new[] { "replay", "compare" })
            Refused([command, "chat", "--limit", "5", "--out", target], expected);
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "taken" }));
    }

    [Test]
    public void Trace_to_write_needs_a_path() =>
        Refused(["trace", "generate", "azure-chat", "--limit", "5", "--out", ""], "expected a path");

    [Test]
    public void Written_traces_are_not_overwritten()
    {
        using ScratchFolder folder = new();
        string mine = folder.File("mine.csv", "mine");
        Refused(["trace", "generate", "azure-chat", "--limit", "5", "--out", mine], "exists already");
        Assert.That(File.ReadAllText(mine), Is.EqualTo("mine"));
    }

    [Test]
    public void Prompts_longer_than_the_model_takes_are_counted_and_the_run_goes_on()
    {
        using ScratchFolder folder = new();
        string trace = folder.File("long.csv", Header + "0,10,5\n1,200000,6\n2,131072,1\n3,131000,1000\n4,2147483647,2147483647\n");
        (int code, string output, _) = Ellm.Run("compare", trace, "--policies", "vllm,static", "--format", "csv", "--quiet");
        string[] lines = output.TrimEnd('\n').Split('\n');
        int rejected = Array.IndexOf(lines[0].Split(','), "rejected");
        int clipped = Array.IndexOf(lines[0].Split(','), "clipped");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            foreach (string line in lines[1..])
                Assert.That((line.Split(',')[rejected], line.Split(',')[clipped]), Is.EqualTo(("2", "1")), line);
        }
    }

    [Test]
    public void Counts_at_their_limit_alone_are_a_run_without_a_completion()
    {
        using ScratchFolder folder = new();
        string trace = folder.File("max.csv", Header + "0,2147483647,2147483647\n");
        (int code, string output, string error) = Ellm.Run("replay", trace, "--out", folder.In("run"), "--quiet");
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("lost").And.Not.Contain("share of time"));
    }

    [Test]
    public void More_requests_than_memory_holds_is_bad_input() =>
        Refused(["compare", "azure-chat", "--limit", "2147483647", "--policies", "vllm"], "not enough memory");

    [Test]
    public void Unknown_header_shows_what_was_found_and_what_is_known()
    {
        using ScratchFolder folder = new();
        Refused(["trace", "stats", folder.File("odd.csv", "when,what\n1,2\n")], "unknown columns: when,what. Known: ");
    }

    private static void Refused(string[] args, string expected)
    {
        (int code, string output, string error) = Ellm.Run(args);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")), error);
            Assert.That(error.TrimEnd('\n'), Does.StartWith("ellm: ").And.Contains(expected).And.Not.Contains("\n"));
        }
    }
}
