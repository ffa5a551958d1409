using System.Text.Json.Nodes;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class CompareGoldenTests
{
    [TestCase("compare-chat.txt", "compare", "chat", "--quiet")]
    [TestCase("compare-long-context.csv", "compare", "long-context", "--quiet", "--format", "csv", "--policies", "all")]
    [TestCase("explain-policy-vllm-v1.txt", "explain", "policy", "vllm-v1")]
    [TestCase("explain-policy-ellm.txt", "explain", "policy", "ellm")]
    [TestCase("explain-policy-layerkv.txt", "explain", "policy", "layerkv")]
    [TestCase("list-policies.txt", "list", "policies")]
    [TestCase("config-schema.json", "config", "schema")]
    public void Output_is_the_golden_one(string file, params string[] args)
    {
        (int code, string output, string error) = Ellm.Run(args);
        Assert.That((code, error), Is.EqualTo((0, "")));
        GoldenFile.Check("tests/Golden/" + file, output);
    }

    [Test]
    public void Json_holds_the_configuration_and_no_paths()
    {
        (int code, string output, _) = Ellm.Run("compare", "--limit", "50", "--policies", "vllm,static", "--format", "json", "--quiet");
        JsonArray runs = JsonNode.Parse(output)!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(runs, Has.Count.EqualTo(2));
            Assert.That(runs[0]!["config"]!["policy"]!["layout"]!.GetValue<string>(), Is.EqualTo("paged"));
            Assert.That(runs[1]!["metrics"]!["completed"]!.GetValue<int>(), Is.EqualTo(50));
            Assert.That(runs[0]!["trace_sha256"]!.GetValue<string>(), Has.Length.EqualTo(64));
            Assert.That(output, Does.Not.Contain(Path.GetTempPath()).And.Not.Contain(Environment.CurrentDirectory));
        }
    }

    [Test]
    public void Every_file_is_the_same_with_one_thread_and_with_four()
    {
        using ScratchFolder folder = new();
        foreach (string jobs in new[] { "1", "4" })
            Ellm.Run("compare", "--limit", "300", "--jobs", jobs, "--out", folder.In(jobs), "--quiet");
        string[] files = [.. folder.Entries().Where(e => e.StartsWith("1/", StringComparison.Ordinal) && Path.HasExtension(e) && !e.EndsWith(".log", StringComparison.Ordinal))];
        Assert.That(files, Has.Length.GreaterThanOrEqualTo(18));
        foreach (string file in files)
            Assert.That(File.ReadAllBytes(folder.In(file)), Is.EqualTo(File.ReadAllBytes(folder.In("4" + file[1..]))), file);
    }

    [TestCase("vllm")]
    [TestCase("vllm-v1")]
    [TestCase("sarathi")]
    [TestCase("orca-pow2")]
    [TestCase("static")]
    [TestCase("vattention")]
    [TestCase("ellm-sync")]
    public void Steps_and_jumps_write_the_same_files_with_a_queue(string policy)
    {
        using ScratchFolder folder = new();
        string[] args = ["replay", "chat", "--policy", policy, "--limit", "250", "--rate", "8", "--set", "memory.kv_tokens=140000", "--quiet"];
        Assert.That(Ellm.Run([.. args, "--out", folder.In("jump")]).Code, Is.Zero);
        Assert.That(Ellm.Run([.. args, "--out", folder.In("step"), "--step", "--check"]).Code, Is.Zero);
        foreach (string file in new[] { "requests.csv", "timeline.csv", "summary.csv", "summary.json" })
            Assert.That(File.ReadAllText(folder.In("step/" + file)), Is.EqualTo(File.ReadAllText(folder.In("jump/" + file))), file);
    }

    [Test]
    public void A_policy_that_cannot_start_is_a_row_and_the_others_run()
    {
        (int code, string output, string error) = Ellm.Run("compare", "--limit", "20", "--policies", "orca-max,vllm", "--set", "policy.overflow=swap");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Match("orca-max +did not start: policy.overflow: swap needs the paged layout"));
            Assert.That(error, Does.Contain("ellm: warning: orca-max did not run: policy.overflow"));
        }
    }

    [Test]
    public void A_comparisons_directory_has_the_figure_of_oracles_and_the_differences()
    {
        using ScratchFolder folder = new();
        Assert.That(Ellm.Run("compare", "--limit", "40", "--policies", "orca-max,vllm", "--quiet", "--out", folder.In("run")).Code, Is.Zero);
        (int code, string output, string error) = Ellm.Run("plot", folder.In("run"), "--figure", "live-bytes");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, error), Is.EqualTo((0, "")));
            Assert.That(File.ReadAllText(output.Trim()), Does.Contain("orca-max").And.Contain("share of live-bytes (%)"));
            Assert.That(File.ReadAllText(folder.In("run/differences.csv")), Does.Match("\\norca-max,vllm,[0-9.]+,queue_memory,"));
            Assert.That(Directory.Exists(folder.In("run/live-bytes")), Is.False, "the oracle's run is nobody's result");
        }
    }

    [Test]
    public void A_policy_that_completes_nothing_is_a_row_with_its_reason()
    {
        string output = Ellm.Run("compare", "--limit", "20", "--policies", "orca-max,vllm", "--set", "memory.kv_tokens=20000", "--quiet").Out;
        Assert.That(output, Does.Match("orca-max  none completed: the KV pool of 20000 tokens cannot hold one request of max_model_len").And.Not.Contain("orca-max is"));
    }

    [Test]
    public void Without_oracles_nothing_else_changes()
    {
        string[] args = ["compare", "--limit", "40", "--policies", "orca-max,vllm", "--quiet", "--format", "json"];
        string with = Ellm.Run(args).Out, without = Ellm.Run([.. args, "--no-oracle"]).Out;
        Assert.That(without, Does.Contain("\"oracle_share\": null"));
        Assert.That(Rest(without), Is.EqualTo(Rest(with)).And.Not.EqualTo(with));

        static string Rest(string json) => string.Join('\n', json.Split('\n').Where(line => !line.Contains("\"oracle_")));
    }

    [Test]
    public void Missed_objectives_fail_only_when_asked_to()
    {
        string[] args = ["compare", "--limit", "50", "--policies", "vllm", "--slo", "ttft=1us", "--quiet"];
        Assert.That(Ellm.Run(args).Code, Is.Zero);
        Assert.That(Ellm.Run([.. args, "--fail-on-slo"]).Code, Is.EqualTo(1));
    }

    [TestCase("--help", "Examples:")]
    [TestCase("completion bash", "complete -o default -F _ellm ellm")]
    [TestCase("completion fish", "complete -c ellm -a")]
    [TestCase("man", ".SS \"ellm calibrate measure\"")]
    [TestCase("trace stats chat", "rank correlation")]
    [TestCase("trace generate azure-chat --limit 3", "arrival_s,input_tokens,output_tokens\n0,")]
    [TestCase("list models", "llama-3.1-8b")]
    [TestCase("list gpus", "a100-80")]
    [TestCase("list presets", "azure-chat")]
    [TestCase("list profiles", "h100")]
    public void Commands_print_data(string command, string expected)
    {
        (int code, string output, string error) = Ellm.Run(command.Split(' '));
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain(expected));
    }
}
