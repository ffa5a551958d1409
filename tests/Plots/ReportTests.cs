using System.Text.RegularExpressions;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Report;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

public sealed partial class ReportTests
{
    [Test]
    public void Write_of_a_comparison_holds_summary_figures_settings_and_command()
    {
        using SampleRun run = new();
        string html = File.ReadAllText(ReportFiles.Write(run.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(html, Does.Contain("<table id=\"summary\">").And.Contain("ellm compare made-up --policies orca-pow2,vllm"));
            Assert.That(html, Does.Contain("engine.max_num_seqs = ").And.Contain("weights_bytes").And.Contain("policy.layout"));
            foreach (string name in new[] { Scores.Name, LatencyCdf.Name, TimeLedger.Name, MemoryOverTime.Name, LoadOverTime.Name,
                WasteSplit.Name, WorkloadPortrait.Name })
            {
                Assert.That(html, Does.Contain($"id=\"{name}\""));
                Assert.That(File.Exists(Path.Combine(run.Path, "figures", name + ".svg")), name);
            }
            Assert.That(Directory.EnumerateFiles(run.Path, "*.partial", SearchOption.AllDirectories), Is.Empty);
        }
    }

    [Test]
    public void Write_twice_gives_the_same_bytes()
    {
        using SampleRun run = new();
        byte[] first = File.ReadAllBytes(ReportFiles.Write(run.Path));
        Assert.That(File.ReadAllBytes(ReportFiles.Write(run.Path)), Is.EqualTo(first));
    }

    [Test]
    public void Page_refers_to_nothing_outside_itself()
    {
        using SampleRun run = new();
        string html = File.ReadAllText(ReportFiles.Write(run.Path));
        string[] addresses = [.. Address().Matches(html).Select(m => m.Value).Distinct().Where(a => a != "http://www.w3.org/2000/svg")];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(addresses, Is.Empty);
            Assert.That(html, Does.Not.Match("(src|href)=").And.Contain("default-src 'none'"));
        }
    }

    [Test]
    public void Hostile_trace_name_stays_text()
    {
        using SampleRun run = new("</script><img src=x onerror=alert(1)>");
        string html = File.ReadAllText(ReportFiles.Write(run.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(html, Does.Not.Contain("<img"));
            Assert.That(html, Does.Contain("&lt;/script&gt;&lt;img"));
            Assert.That(Regex.Count(html, "</script>"), Is.EqualTo(1));
        }
    }

    [Test]
    public void Missing_column_leaves_out_its_figures_and_says_so()
    {
        using SampleRun run = new();
        foreach (string policy in new[] { "orca-pow2", "vllm" })
            run.Edit(policy + "/requests.csv", text => text.Replace("e2e_s", "other_s", StringComparison.Ordinal));
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = RunFigures.Of(run.Load());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(figures.Select(f => f.Name), Does.Not.Contain(LatencyCdf.Name).And.Contain(MemoryOverTime.Name));
            Assert.That(skipped, Does.Contain("latency: not drawn: requests.csv has no column e2e_s"));
        }
    }

    [Test]
    public void Partial_directory_shows_what_is_there()
    {
        using SampleRun run = new();
        File.Delete(Path.Combine(run.Path, "summary.json"));
        File.Delete(Path.Combine(run.Path, "vllm", "timeline.csv"));
        Assert.That(RunFigures.Of(run.Load()).Figures.Select(f => f.Name),
            Does.Contain(LatencyCdf.Name).And.Contain(MemoryOverTime.Name).And.Not.Contain(Scores.Name));
    }

    [TestCase("", "no results: expected summary.json")]
    [TestCase("{", "not JSON")]
    [TestCase("3", "expected an object or an array of runs")]
    public void Nothing_to_read_is_one_line(string summary, string line)
    {
        using SampleRun run = new();
        string empty = Path.Combine(run.Directory, "empty");
        Directory.CreateDirectory(empty);
        if (summary.Length > 0)
            File.WriteAllText(Path.Combine(empty, "summary.json"), summary);
        Assert.That(() => ReportFiles.Write(empty), Throws.TypeOf<InputException>().With.Message.Contain(line));
    }

    [Test]
    public void Broken_row_names_file_and_line()
    {
        using SampleRun run = new();
        run.Edit("vllm/timeline.csv", text => text + "1,2,3\n");
        Assert.That(run.Load,
            Throws.TypeOf<InputException>().With.Message.Contain("timeline.csv").And.Message.Contain("cells as in the header"));
    }

    [Test]
    public void Policy_named_like_a_path_is_not_followed()
    {
        using SampleRun run = new();
        run.Edit("summary.json", text => text.Replace("\"policy\": \"vllm\"", "\"policy\": \"../run/vllm\"", StringComparison.Ordinal));
        Assert.That(run.Load().Single(r => r.Policy != "orca-pow2").Requests, Is.Null);
    }

    [Test]
    public void Unknown_figure_names_the_known_ones()
    {
        using SampleRun run = new();
        Assert.That(() => ReportFiles.WriteFigures(run.Path, "nonsense", html: false),
            Throws.TypeOf<InputException>().With.Message.Contain("expected one of scores"));
    }

    [Test]
    public void Figure_that_has_no_data_says_why()
    {
        using SampleRun run = new();
        Assert.That(() => ReportFiles.WriteFigures(run.Path, "live-bytes", html: false),
            Throws.TypeOf<InputException>().With.Message.Contain("no live-bytes row was run"));
    }

    [Test]
    public void Fifty_thousand_requests_stay_within_a_budget_of_elements_and_bytes()
    {
        using SampleRun run = new("big", 25_000);
        string html = File.ReadAllText(ReportFiles.Write(run.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Regex.Count(html, "<[a-z]"), Is.LessThan(3_000));
            Assert.That(html, Has.Length.LessThan(1_500_000));
            Assert.That(html, Does.Contain("largest-triangle-three-buckets"));
        }
    }

    [Test]
    public void Command_line_rooted_paths_keep_their_base_names() =>
        Assert.That(
            ReportFiles.CommandLine(["replay", "/somewhere/else/trace.csv", "--set", "model=/elsewhere/m.json", "--gpu", "h100"]),
            Is.EqualTo("ellm replay trace.csv --set model=m.json --gpu h100"));

    [Test]
    public void Command_line_words_with_spaces_are_quoted() => Assert.That(
        ReportFiles.CommandLine(["replay", "it's a trace.csv", "--set", "policy.overflow=swap"]),
        Is.EqualTo("ellm replay 'it'\\''s a trace.csv' --set policy.overflow=swap"));

    [GeneratedRegex("(https?:)?//[a-z0-9][a-z0-9.-]+\\.[a-z]{2,}[^\"' <)]*")]
    private static partial Regex Address();
}
