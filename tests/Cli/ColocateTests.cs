using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary><c>ellm colocate</c>: what it writes, and what it refuses in one line.</summary>
internal sealed class ColocateTests
{
    private const string Own = "arrival_s,input_tokens,output_tokens,model\n0,10,10,a\n1,10,10,b\n";

    [TestCase("trace.csv:3: expected a model of the map mine (a, c), found 'b'", Own, "--models", "MAP")]
    [TestCase("trace.csv:2: expected a model of the catalog, or --models FILE to say what serves it, found 'a'", Own)]
    [TestCase("trace.csv: no model column", "arrival_s,input_tokens,output_tokens\n0,10,10\n", "--models", "MAP")]
    [TestCase("its models bring their own requests", Own, "--models", "staggered")]
    [TestCase("unknown sharing policy 'kvcache' (did you mean 'kvcached'?)", Own, "--policies", "kvcache")]
    [TestCase("a policy is named twice", Own, "--policies", "kvcached,kvcached")]
    [TestCase("unknown setting 'colocation.page_mb'", Own, "--set", "colocation.page_mb=4")]
    [TestCase("colocation.page_mib: expected a multiple of 2", Own, "--set", "colocation.page_mib=3")]
    [TestCase("colocation.reserve_max: expected at least reserve_min (5), found 2", Own, "--set", "colocation.reserve_max=2")]
    [TestCase("--gpus: expected an integer from 1", Own, "--gpus", "0")]
    [TestCase("unknown option '--tp'", Own, "--tp", "2")]
    public void Bad_input_is_one_line_and_exit_code_2(string expected, string trace, params string[] args)
    {
        using ScratchFolder folder = new();
        string map =
            folder.File("map.json",
                """{ "name": "mine", "source": "test", "models": [{ "id": "a", "model": "llama-3.2-1b" }, { "id": "c", "model": "llama-3.2-1b" }] }""");
        Refused(expected, [folder.File("trace.csv", trace), .. args.Select(a => a == "MAP" ? map : a)]);
    }

    [TestCase("unknown model map 'stagered' (did you mean 'staggered'?)", "--models", "stagered")]
    [TestCase("its models have no requests of their own", "--models", "prism-arena")]
    [TestCase("27 models do not fit 2 x a100-80: weights, context and activation reserves take", "prism-arena", "--gpus", "2", "--limit",
        "50")]
    [TestCase("; 4 would do", "prism-arena", "--gpus", "2", "--limit", "50")]
    [TestCase("--engine ellm: expected a policy with paged KV", "--engine", "ellm")]
    public void Bad_choice_is_one_line_and_exit_code_2(string expected, params string[] args) => Refused(expected, args);

    [Test]
    public void Result_files_name_the_model_of_every_request()
    {
        using ScratchFolder folder = new();
        string trace =
            folder.File("trace.csv",
                Own.Replace(",a\n", ",llama-3.2-1b\n", StringComparison.Ordinal)
                    .Replace(",b\n", ",llama-3.2-3b\n", StringComparison.Ordinal));
        (int code, string output, string error) =
            Ellm.Run("colocate", trace, "--policies", "kvcached", "--out", folder.In("run"), "--format", "csv");
        Assert.That(code, Is.Zero, error);
        string[] rows = File.ReadAllLines(Path.Combine(folder.In("run"), "kvcached", "requests.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows[0], Does.EndWith(",recompute_s,model"));
            Assert.That(rows[1..].Select(r => r.Split(',')[^1]), Is.EqualTo(new[] { "llama-3.2-1b", "llama-3.2-3b" }));
            Assert.That(File.ReadAllText(Path.Combine(folder.In("run"), "summary.csv")), Is.EqualTo(output));
            string[] names = output.Split('\n')[0].Split(',');
            Assert.That(names, Is.Unique, "every column once");
            Assert.That(output.Split('\n')[1..^1].Select(r => r.Split(',')[Array.IndexOf(names, "model_id")]),
                Is.EqualTo(new[] { "all", "llama-3.2-1b", "llama-3.2-3b" }));
            Assert.That(folder.Entries(), Has.Member("run/summary.json").And.Member("run/kvcached/timeline/1.csv"));
        }
    }

    [Test]
    public void Json_holds_the_same_numbers_as_csv()
    {
        string[] args = ["colocate", "--limit", "60", "--policies", "static-split", "--quiet"];
        string[] csv = Ellm.Run([.. args, "--format", "csv"]).Out.Split('\n')[..2];
        string held = csv[1].Split(',')[Array.IndexOf(csv[0].Split(','), "kv_held_mean_bytes")];
        string json = Ellm.Run([.. args, "--format", "json"]).Out;
        System.Text.Json.Nodes.JsonNode run = System.Text.Json.Nodes.JsonNode.Parse(json)![0]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run["metrics"]!["kv_held_mean_bytes"]!.ToJsonString(), Is.EqualTo(held));
            Assert.That(run["models"]!.AsArray(), Has.Count.EqualTo(3));
            Assert.That(run["colocation"]!["page_mib"]!.GetValue<int>(), Is.EqualTo(2));
        }
    }

    private static void Refused(string expected, string[] args)
    {
        (int code, string output, string error) = Ellm.Run(["colocate", .. args]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
            Assert.That((code, output), Is.EqualTo((2, "")));
        }
    }
}
