using System.Xml.Linq;
using ELLM.Sim.Experiments.Regression;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Architecture;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>The gate in CI: every shipped policy on the shipped traces, exact, the memory-bound one included.</summary>
internal sealed class CheckCommandTests
{
    private static readonly string Experiment = Path.Combine(SourceTree.Root, "tests/Regression/shipped-policies.json");

    private const string Tight = "trace=chat limit_requests=250 engine.max_model_len=12288 memory.kv_tokens=16384 policy=vllm";

    [Test]
    public void Golden_baseline_of_the_shipped_policies_holds()
    {
        if (Environment.GetEnvironmentVariable("ELLM_UPDATE_GOLDEN") == "1")
            Assert.That(Ellm.Run("check", Experiment, "--update").Code, Is.Zero);
        (int code, string output, string error) = Ellm.Run("check", Experiment);
        Assert.That(code, Is.Zero, $"if that is meant: ellm check tests/Regression/shipped-policies.json --update\n{output}{error}");
        Baseline baseline = Baseline.Load(Path.ChangeExtension(Experiment, ".baseline.json"));
        BaselinePoint tight = baseline.Points.Single(p => p.Point == Tight);
        Assert.That(int.Parse(tight.Metrics["preemptions"]!, System.Globalization.CultureInfo.InvariantCulture), Is.Positive, "the trace is meant to be memory-bound");
    }

    [Test]
    public void Shipped_experiment_is_held_against_the_shipped_baseline()
    {
        (int code, string output, string error) = Ellm.Run("check", "shipped-policies");
        Assert.That((code, output), Is.EqualTo((0, Ellm.Run("check", Experiment).Out)), error);
        Assert.That(
            Ellm.Run("check", "vllm-ellm-1000").Error,
            Is.EqualTo("ellm: vllm-ellm-1000.baseline.json: no baseline; --update writes one\n"));
    }

    [Test]
    public void JUnit_names_are_the_same_on_every_machine()
    {
        using ScratchFolder folder = new();
        string trace = folder.File("my.csv", "arrival_s,input_tokens,output_tokens\n0,100,10\n1,100,10\n");
        string quoted = System.Text.Json.JsonSerializer.Serialize(trace);
        string file = folder.File(
            "mine.json", $$"""{ "name": "mine", "base": { "limit": 2 }, "grid": { "trace": [{{quoted}}, "chat"], "policy": ["vllm"] } }""");
        Assert.That(Ellm.Run("check", file, "--update").Code, Is.Zero);
        Assert.That(Ellm.Run("check", file, "--junit", folder.In("check.xml")).Code, Is.Zero);
        IEnumerable<string> names = XDocument.Load(folder.In("check.xml")).Descendants("testcase").Select(c => c.Attribute("name")!.Value);
        Assert.That(names.First(), Does.StartWith("trace=my.csv"));
        Assert.That(File.ReadAllText(folder.In("check.xml")), Does.Not.Contain(folder.Path));
    }

    [Test]
    public void Summary_is_added_to_what_other_steps_wrote()
    {
        using ScratchFolder folder = new();
        const string One = """{ "name": "mine", "base": { "trace": "chat", "limit": 30 }, "grid": { "policy": ["vllm"] } }""";
        string file = folder.File("mine.json", One), summary = folder.File("summary.md", "before\n");
        Ellm.Run("check", file, "--update");
        Ellm.Run("check", file, "--summary", summary);
        (int code, _, _) = Ellm.Run("check", file, "--summary", summary, "--set", "engine.max_num_seqs=1");
        string text = File.ReadAllText(summary);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(text, Does.StartWith(
                "before\n### mine: 1 points, none moved beyond its tolerance\n\n### mine: 1 points, 1 failed\n\n| point | metric |"));
            Assert.That(text.Split('\n').Count(l => l.StartsWith("| policy=vllm |", StringComparison.Ordinal)), Is.EqualTo(5));
        }
    }

    [Test]
    public void Every_shipped_policy_has_points_in_the_baseline()
    {
        Baseline baseline = Baseline.Load(Path.ChangeExtension(Experiment, ".baseline.json"));
        ILookup<string, BaselinePoint> policies = baseline.Points.ToLookup(p => p.Point.Split(" policy=")[^1]);
        Assert.That(policies.Select(p => p.Key), Is.EquivalentTo(PresetCatalog.Names), "ellm check tests/Regression/shipped-policies.json --update");
        Assert.That(policies.Select(p => p.Count()).Distinct(), Is.EqualTo(new[] { 3 }), "each on every trace");
    }

    [Test]
    public void One_block_of_watermark_fails_with_an_explanation()
    {
        // 1,024 blocks: a share of 0.0108 keeps 11 of them free instead of 10.
        using ScratchFolder folder = new();
        string junit = folder.In("check.xml");
        (int code, string output, _) = Ellm.Run("check", Experiment, "--set", "policy.watermark=0.0108", "--junit", junit, "--github");
        string[] lines = output.Split('\n');
        int at = Array.IndexOf(lines, $"{Tight}: FAILED");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(at, Is.Not.Negative, output);
            Assert.That(lines.Skip(at).First(l => l.StartsWith("  why: ", StringComparison.Ordinal)), Does.Match(@"^  why: time of all requests together [+-][\d.]+ s \([+-]?[\d.]+%\): \w+ [+-][\d.]+ s"));
            Assert.That(output, Does.Contain("::error file=").And.Contains("title=ellm check%3A"));
            XElement suite = XDocument.Load(junit).Root!.Element("testsuite")!;
            Assert.That((int)suite.Attribute("failures")!, Is.EqualTo(suite.Elements("testcase").Count(c => c.Element("failure") is not null)).And.GreaterThan(0));
            Assert.That((int)suite.Attribute("tests")!, Is.EqualTo(suite.Elements("testcase").Count()));
        }
    }

    [Test]
    public void Baseline_is_written_kept_and_held_against()
    {
        using ScratchFolder folder = new();
        string file = folder.File("mine.json", """{ "name": "mine", "base": { "trace": "chat", "limit": 30 }, "grid": { "policy": ["vllm", "orca-max"] } }""");
        string baseline = folder.In("mine.baseline.json");
        Assert.That(Ellm.Run("check", file).Error, Does.Contain("no baseline; --update writes one"));
        Assert.That(Ellm.Run("check", file, "--update", "--tolerance", "*=50%").Code, Is.Zero);
        string written = File.ReadAllText(baseline);
        Ellm.Run("check", file, "--update", "--jobs", "1");
        Assert.That(File.ReadAllText(baseline), Is.EqualTo(written), "the same bytes, tolerances kept");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ellm.Run("check", file).Out, Is.EqualTo("mine: 2 points, none moved beyond its tolerance\n"));
            Assert.That(Refusal(baseline, written.Replace("\"version\": \"", "\"version\": \"9", StringComparison.Ordinal), file), Does.Contain("baseline of another version: 9"));
            Assert.That(Refusal(baseline, written.Replace("memory calls ", "memory calls of another ", StringComparison.Ordinal), file), Does.Contain("baseline of another profile: "));
            Assert.That(Refusal(baseline, "{ \"version\": 5 }", file), Does.Contain("not a baseline"));
            File.WriteAllText(baseline, written);
            folder.File("mine.json", File.ReadAllText(file).Replace("30", "31", StringComparison.Ordinal));
            Assert.That(Refusal(baseline, written, file), Does.Contain("baseline of another experiment: mine ("));
        }
    }

    [TestCase("--tolerance ttft: expected METRIC=1%", "--tolerance", "ttft")]
    [TestCase("--tolerance *=-1%: expected METRIC=1%", "--tolerance", "*=-1%")]
    [TestCase("unknown setting 'policy.watermrk'", "--set", "policy.watermrk=1")]
    [TestCase("no baseline", "--baseline", "absent.json")]
    public void One_line_and_exit_code_2(string expected, params string[] options)
    {
        (int code, string output, string error) = Ellm.Run(["check", Experiment, .. options]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
        }
    }

    private static string Refusal(string baseline, string text, string file)
    {
        File.WriteAllText(baseline, text);
        (int code, string output, string error) = Ellm.Run("check", file);
        Assert.That((code, output), Is.EqualTo((2, "")));
        return error;
    }
}
