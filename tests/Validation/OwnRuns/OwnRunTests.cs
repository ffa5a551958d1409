using System.Globalization;
using System.Text.Json.Nodes;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Validation.OwnRuns;

/// <summary>A run that is our own, written as a client would, has no error; one that differs in a known way has that error and
/// cause.</summary>
internal sealed class OwnRunTests
{
    private static readonly string[] Settings = ["--gpu", "h100", "--model", "llama-3.1-8b"];

    [Test]
    public void Our_own_run_has_no_error()
    {
        using ScratchFolder folder = new();
        Dictionary<(string, string), string[]> rows = Rows(Check(folder, Client(folder)));
        using (Assert.EnterMultipleScope())
        {
            foreach (string metric in new[] { "ttft", "tpot", "e2e" })
            {
                foreach (string statistic in new[] { "mean", "p50", "p90", "p95", "p99", "each" })
                    Assert.That(Math.Abs(Number(rows[(metric, statistic)][5])), Is.LessThan(0.01), $"{metric} {statistic}");
            }
        }
    }

    [Test]
    public void Steps_that_are_a_tenth_longer_are_an_error_of_a_tenth()
    {
        using ScratchFolder folder = new();
        string file = Client(folder, gap: 1 / 0.9);
        Assert.That(Number(Rows(Check(folder, file))[("tpot", "mean")][5]), Is.EqualTo(-10).Within(0.1));
        Assert.That(Words(file), Does.Contain("likeliest cause: step times: ours are -10 % per token"));
    }

    [Test]
    public void First_tokens_that_are_late_by_the_same_time_are_the_hosts()
    {
        using ScratchFolder folder = new();
        Assert.That(Words(Client(folder, late: 0.02)),
            Does.Contain("likeliest cause: host and network: the server's first tokens are 20.0 ms later"));
    }

    [Test]
    public void First_tokens_that_are_early_are_cached_prefixes()
    {
        using ScratchFolder folder = new();
        Assert.That(Words(Client(folder, first: 0.4)), Does.Contain("likeliest cause: cached prefixes: our first tokens are +150 %"));
    }

    [Test]
    public void What_was_assumed_is_one_line_with_sizes()
    {
        using ScratchFolder folder = new();
        string[] lines = Words(Client(folder, failed: 3)).TrimEnd('\n').Split('\n');
        Assert.That(lines[^1], Does.StartWith("assumed: KV pool computed (")
            .And.Contain("no cached prefixes (all of them cached would take ")
            .And.Contain("first chunk = first token").And.Contain("without the first 10 requests")
                .And.Contain("3 failed requests are left out"));
        Assert.That(lines[0], Does.Contain("57 requests, 3 failed; llama-3.1-8b on 1 x h100"));
    }

    [TestCase("no client writes which GPU served: state --gpu", "--model", "llama-3.1-8b")]
    [TestCase("which model was served? 'a-model-of-mine' is none of the shipped ones", "--gpu", "h100")]
    public void What_is_not_known_is_asked_for(string message, params string[] given)
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Ellm.Run(["validate", "--run", Client(folder), .. given]);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain(message));
    }

    [Test]
    public void A_folder_is_searched_for_the_file()
    {
        using ScratchFolder folder = new();
        Client(folder);
        Assert.That(Ellm.Run(["validate", "--run", folder.In("client"), .. Settings]).Code, Is.Zero);
        folder.File("client/second.json", "{}");
        Assert.That(Ellm.Run(["validate", "--run", folder.In("client"), .. Settings]).Error,
            Does.Contain("found 2 JSON files: name one of them"));
        Assert.That(Ellm.Run(["validate", "--run", folder.In("nowhere"), .. Settings]).Error, Does.Contain("no such file or folder"));
    }

    [Test]
    public void The_log_has_the_pool()
    {
        using ScratchFolder folder = new();
        string log = folder.File("server.log",
            "INFO Initializing a V1 LLM engine (v0.10.1) with config: max_seq_len=8192\nINFO GPU KV cache size: 9,600 tokens\n");
        string output = Ellm.Run(["validate", "--run", Client(folder), .. Settings, "--log", log]).Out;
        Assert.That(output, Does.Contain("log of vllm 0.10\n").And.Contain("KV pool of 9,600 tokens as the server's log has it"));
    }

    private static string Check(ScratchFolder folder, string file)
    {
        (int code, string output, string error) = Ellm.Run(["validate", "--run", file, .. Settings, "--format", "csv"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(folder.Entries(), Is.Not.Empty);
        return output;
    }

    private static string Words(string file) => Ellm.Run(["validate", "--run", file, .. Settings]).Out;

    private static Dictionary<(string, string), string[]> Rows(string csv) =>
        csv.TrimEnd('\n').Split('\n').Skip(1).Select(line => line.Split(',')).ToDictionary(row => (row[0], row[1]));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Sixty requests of ours as <c>vllm bench serve</c> writes them.</summary>
    /// <param name="gap">Factor of the gaps between tokens.</param>
    /// <param name="first">Factor of the times to the first token.</param>
    /// <param name="late">Seconds that every first token comes later.</param>
    /// <param name="failed">Of the last requests.</param>
    private static string Client(ScratchFolder folder, double gap = 1, double first = 1, double late = 0, int failed = 0)
    {
        string run = folder.In("ours");
        Assert.That(Ellm.Run(
            "replay", "chat", "--limit", "60", "--policy", "vllm-v1", "--gpu", "h100", "--no-oracle", "--quiet", "--out", run).Code,
                Is.Zero);
        string[][] rows = [.. File.ReadAllLines(Path.Combine(run, "requests.csv")).Select(line => line.Split(','))];
        int Column(string name) => Array.IndexOf(rows[0], name);
        JsonArray inputs = [], outputs = [], ttfts = [], itls = [], starts = [], errors = [];
        for (int i = 1; i < rows.Length; i++)
        {
            int output = int.Parse(rows[i][Column("output_tokens")], CultureInfo.InvariantCulture);
            double ttft = Number(rows[i][Column("ttft_s")]), end = Number(rows[i][Column("e2e_s")]);
            inputs.Add(int.Parse(rows[i][Column("input_tokens")], CultureInfo.InvariantCulture));
            outputs.Add(output);
            ttfts.Add((first * ttft) + late);
            itls.Add(new JsonArray([.. Enumerable.Repeat((end - ttft) / Math.Max(1, output - 1) * gap,
                output - 1).Select(g => JsonValue.Create(g))]));
            starts.Add(77 + Number(rows[i][Column("arrival_s")]));
            errors.Add(i >= rows.Length - failed ? "TimeoutError" : "");
        }
        JsonObject result = new()
        {
            ["endpoint_type"] = "openai",
            ["model_id"] = "a-model-of-mine",
            ["request_rate"] = 3,
            ["max_concurrency"] = null,
            ["input_lens"] = inputs,
            ["output_lens"] = outputs,
            ["ttfts"] = ttfts,
            ["itls"] = itls,
            ["start_times"] = starts,
            ["errors"] = errors,
        };
        Directory.CreateDirectory(folder.In("client"));
        return folder.File("client/result.json", result.ToJsonString());
    }
}
