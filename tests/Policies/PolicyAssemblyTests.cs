using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>A plugin whose name is taken: this assembly must be refused.</summary>
public sealed class TakenName : IPolicyPlugin
{
    public IEnumerable<SchedulerEntry> Schedulers => [SchedulerCatalog.All[0]];
}

/// <summary>Policies from a user's own assembly. A good one is loaded in a process of its own: it stays loaded.</summary>
internal sealed class PolicyAssemblyTests
{
    private static readonly string Template = Path.Combine(SourceTree.Root, "docs/policy-template");

    private static string TemplateAssembly => Path.Combine(
        Template, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, new DirectoryInfo(AppContext.BaseDirectory).Name,
        "MyPolicies.dll");

    [Test]
    public void The_template_loads_and_equals_the_built_in_that_it_imitates()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Process(
            "compare", "chat", "--limit", "400", "--rate", "5", "--set", "memory.kv_tokens=16384", "--set", "engine.max_model_len=12288",
            "--format", "csv", "--out", folder.In("out"),
            "--policies", $"vllm,{Path.Combine(Template, "my-policy.json")}", "--policy-assembly", TemplateAssembly);
        Assert.That(code, Is.Zero, error);
        string[] rows = output.TrimEnd('\n').Split('\n');
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.In("out/summary.json")))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Length.EqualTo(3));
            Assert.That(rows[2].Replace(",my-policy,", ",vllm,", StringComparison.Ordinal), Is.EqualTo(rows[1]), "the same bits");
            Assert.That(File.ReadAllBytes(folder.In("out/my-policy/requests.csv")),
                Is.EqualTo(File.ReadAllBytes(folder.In("out/vllm/requests.csv"))));
            Assert.That((int)json[0]!["metrics"]!["preemptions"]!, Is.Positive, "the load is meant to preempt");
            Assert.That(json[0]!["policy_assemblies"], Is.Null, "only of runs that use it");
            Assert.That((string)json[1]!["policy_assemblies"]![0]!["sha256"]!,
                Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(TemplateAssembly)))));
        }
    }

    [Test]
    public void The_templates_knob_is_set_explained_and_refused_like_a_shipped_one()
    {
        using ScratchFolder folder = new();
        string preset = Path.Combine(Template, "my-policy.json");
        string[] assembly = ["--policy-assembly", TemplateAssembly];
        (int Code, string Out, string Error) Run(string policies, string value) =>
            Process(["compare", "chat", "--limit", "100", "--rate", "50", "--no-oracle", "--format", "csv", "--policies", policies, "--set",
                $"policy.prompts_per_iteration={value}", .. assembly]);
        string[] free = Run($"{preset},vllm", "null").Out.Split('\n'), one = Run($"{preset},vllm", "1").Out.Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(free[1].Replace(",my-policy,", ",vllm,", StringComparison.Ordinal), Is.EqualTo(free[2]));
            Assert.That(one[1], Is.Not.EqualTo(free[1]), "the knob has an effect");
            Assert.That(one[2], Is.EqualTo(free[2]), "on the policy that has it");
            Assert.That(Run(preset, "0").Error,
                Is.EqualTo("ellm: policy.prompts_per_iteration: expected an integer from 1 to 1048576 or null, found '0'\n"));
            Assert.That(Run("vllm", "1").Error,
                Is.EqualTo("ellm: policy.prompts_per_iteration: belongs to scheduler my-prefill-first, which no chosen policy has\n"));
            Assert.That(Process(["explain", "policy", preset, .. assembly]).Out,
                Does.Contain("policy.prompts_per_iteration").And.Not.Contains("policy.slack_limit"));
            Assert.That(Process(["explain", "policy", "vllm", .. assembly]).Out, Does.Not.Contain("policy.prompts_per_iteration"));
        }
        string own =
            folder.File("own.json",
                File.ReadAllText(preset)
                    .Replace("\"scheduler\":", "\"prompts_per_iteration\": 1, \"scheduler\":", StringComparison.Ordinal));
        string sweep =
            folder.File("x.json",
                """{ "name": "x", "base": { "trace": "chat", "policy": "own.json", "limit": 20 }, "grid": { "policy.prompts_per_iteration": [1, 2] } }""");
        (int code, _, string error) = Process(["sweep", sweep, "--out", folder.In("d"), .. assembly]);
        Assert.That(code, Is.Zero, error);
        (code, string output, error) =
            Process(["compare", "chat", "--limit", "5", "--policies", own, "--no-oracle", "--format", "json", .. assembly]);
        Assert.That(code, Is.Zero, error);
        Assert.That((int)JsonNode.Parse(output)![0]!["config"]!["policy"]!["prompts_per_iteration"]!, Is.EqualTo(1));
    }

    [TestCase("overflow", "the knob watermark of mine is taken by layout paged: give it a name of its own")]
    [TestCase("layout", null)]
    public void A_key_means_one_thing(string role, string? clash) =>
        Assert.That(PolicyParts.Clash([new PolicyPart(role, "mine", new PagedKnobs())]), Is.EqualTo(clash));

    [Test]
    public void A_sweep_goes_on_with_the_same_assembly_only()
    {
        using ScratchFolder folder = new();
        string file =
            folder.File("x.json",
                """{ "name": "x", "base": { "trace": "chat" }, "grid": { "policy": ["vllm", "my-policy.json"], "limit": [5, 10] } }""");
        File.Copy(Path.Combine(Template, "my-policy.json"), folder.In("my-policy.json"));
        string copy = folder.In("MyPolicies.dll"), journal = folder.In("d/journal/shard-00000-of-00001.jsonl");
        File.Copy(TemplateAssembly, copy);
        (int Code, string Out, string Error) Sweep(params string[] options) =>
            Process(["sweep", file, "--out", folder.In("d"), .. options]);
        (int code, _, string error) = Sweep("--policy-assembly", TemplateAssembly);
        Assert.That(code, Is.Zero, error);
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(copy)));
        Assert.That((string)JsonNode.Parse(File.ReadAllText(folder.In("d/sweep.json")))!["inputs"]!["MyPolicies.dll"]!, Is.EqualTo(hash));
        (code, _, error) = Sweep("--policy-assembly", copy);
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("4 of 4 points are in the journal"), "the same bytes elsewhere");
        byte[] before = File.ReadAllBytes(journal);
        // What follows the image is not read: the same code in another file.
        File.AppendAllText(copy, "changed");
        (code, _, error) = Sweep("--policy-assembly", copy);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2));
            Assert.That(error,
                Does.Contain($"holds results of another experiment: inputs.MyPolicies.dll was \"{hash[..56]}...").And
                    .Contains("--force to start over"));
            Assert.That(Sweep().Error, Does.Contain("scheduler: expected one of ").And.Contains("my-prefill-first"));
            Assert.That(File.ReadAllBytes(journal), Is.EqualTo(before));
        }
        (code, string script, error) = Sweep("--policy-assembly", TemplateAssembly, "--slurm", "--dry-run");
        Assert.That(code, Is.Zero, error);
        Assert.That(script, Does.Contain($" --policy-assembly {Path.GetFullPath(TemplateAssembly)}\n"));
        (_, string manifest, _) = Sweep("--policy-assembly", copy, "--k8s");
        Assert.That(manifest, Does.Contain(", --policy-assembly, \"/sweep/MyPolicies.dll\"]"));
    }

    [Test]
    public void Without_the_flag_nothing_is_loaded()
    {
        (int code, _, string error) = Ellm.Run("compare", "chat", "--limit", "5", "--policies", Path.Combine(Template, "my-policy.json"));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("scheduler: expected one of ").And.Contains("found \"my-prefill-first\""));
    }

    [Test]
    public void Faulty_assemblies_are_refused_with_one_line()
    {
        using ScratchFolder folder = new();
        string text = folder.File("text.dll", "no assembly"), old = folder.In("old.dll");
        File.WriteAllBytes(old, BuiltAgainst(new Version(9, 9, 0, 0)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal(folder.In("absent.dll")), Does.Contain("no such assembly"));
            Assert.That(Refusal(text), Does.Contain("not a .NET assembly"));
            Assert.That(Refusal(typeof(TestAttribute).Assembly.Location), Does.Contain("no policy inside: it does not use ELLM.Sim"));
            Assert.That(Refusal(typeof(ELLM.Sim.Plots.Sparkline).Assembly.Location),
                Does.Contain("no policy inside: expected a public class that implements IPolicyPlugin"));
            Assert.That(Refusal(old), Does.Contain("built against ELLM.Sim 9.9.0, this is "));
            Assert.That(Refusal(typeof(TakenName).Assembly.Location), Does.Contain($"the name {SchedulerCatalog.All[0].Name} is taken"));
        }
        Assert.That(PolicyAssembly.Loaded, Is.Empty);
    }

    private static string Refusal(string path)
    {
        (int code, string output, string error) =
            Ellm.Run("compare", "chat", "--limit", "5", "--policies", "vllm", "--policy-assembly", path);
        Assert.That((code, output), Is.EqualTo((2, "")), path);
        Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
        return error;
    }

    /// <summary>An empty assembly that refers to another version of the library.</summary>
    private static byte[] BuiltAgainst(Version version)
    {
        MetadataBuilder metadata = new();
        metadata.AddModule(0, metadata.GetOrAddString("old.dll"), metadata.GetOrAddGuid(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
            default, default);
        metadata.AddAssembly(metadata.GetOrAddString("old"), new Version(1, 0, 0, 0), default, default, default,
            System.Reflection.AssemblyHashAlgorithm.None);
        metadata.AddTypeDefinition(default, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        metadata.AddAssemblyReference(metadata.GetOrAddString("ELLM.Sim"), version, default, default, default, default);
        BlobBuilder image = new();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        return image.ToArray();
    }

    private static (int Code, string Out, string Error) Process(params string[] args)
    {
        ProcessStartInfo start = new("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ellm.dll"), .. args])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = System.Diagnostics.Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
