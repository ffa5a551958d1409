using System.Reflection;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Tests.Architecture.Habits;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload.Readers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Docs;

/// <summary>The rows of docs/hacking.md, "One more of its kind": adding one touches the files that its row names, and no other.</summary>
/// <remarks>What is data is made and run. What is code is counted: where each of those there are is named.</remarks>
internal sealed class OneMoreTests
{
    private static readonly Lazy<ILookup<string, string>> FilesByName = new(() => SourceFile.Product
        .SelectMany(f => Tokens(f).Select(name => (Name: name, f.Path))).Distinct().ToLookup(use => use.Name, use => use.Path));

    private static IEnumerable<string> Schedulers => Implementing(typeof(IScheduler), "ELLM.Sim.Policies");

    private static IEnumerable<string> Layouts => Implementing(typeof(IKvMemory), "ELLM.Sim.Memory").Except([nameof(SharedKv)]);

    private static IEnumerable<string> Commands =>
        SourceTree.Files
            .Where(f => f.StartsWith("sim/cli/Commands/", StringComparison.Ordinal) && f.EndsWith("Command.cs", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f));

    private static IEnumerable<string> Figures =>
        [nameof(LatencyCdf), nameof(LoadOverTime), nameof(MemoryOverTime), nameof(TimeLedger), nameof(WasteSplit),
            nameof(WorkloadPortrait)];

    [TestCaseSource(nameof(Schedulers))]
    public void A_scheduler_is_named_by_its_file_and_its_catalogue(string type) =>
        OwnFileAnd(type, "SchedulerCatalog.cs", besides: f => Schedulers.Any(s => f.EndsWith($"/{s}.cs", StringComparison.Ordinal)));

    /// <summary>The layout of a shared GPU wraps another one and has no name in a configuration.</summary>
    [TestCaseSource(nameof(Layouts))]
    public void A_layout_is_named_by_its_file_and_its_catalogue(string type) =>
        OwnFileAnd(type, "LayoutCatalog.cs", besides: f => f.Contains($"/{type}.", StringComparison.Ordinal));

    [TestCaseSource(nameof(Figures))]
    public void A_figure_is_named_by_its_file_and_its_catalogue(string type) => OwnFileAnd(type, "RunFigures.cs");

    [TestCaseSource(nameof(Commands))]
    public void A_command_is_named_by_its_file_and_the_one_above_it(string type)
    {
        string[] others = [.. FilesByName.Value[type].Where(
            f => !f.EndsWith($"/{type}.cs", StringComparison.Ordinal) && !f.Contains("/Calibrate/", StringComparison.Ordinal))];
        Assert.That(others, Is.SubsetOf(new[] { "sim/cli/App.cs", "sim/cli/Commands/Sweep/SweepCommand.cs" }));
    }

    [Test]
    public void A_trace_format_is_named_in_one_file()
    {
        string[] names = [.. CsvSchemas.All.Select(s => s.Title)];
        Assert.That(names, Is.Unique);
        foreach (string name in names)
        {
            IEnumerable<string> files = SourceFile.Product.Where(f => f.Text.Contains($"\"{name}\"", StringComparison.Ordinal))
                .Select(f => f.Path);
            Assert.That(files, Is.EqualTo(new[] { "sim/core/Workload/Readers/CsvSchemas.cs" }), name);
        }
    }

    [Test]
    public void A_knob_is_a_property_with_its_attribute()
    {
        Knob knob = Knob.Of(new OneMoreKnobs()).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((knob.Key, knob.Meaning, knob.Min, knob.Max), Is.EqualTo(("patience_s", "longest wait", 0.0, 60.0)));
            Assert.That(knob.Get(new OneMoreKnobs { PatienceS = 7 })!.ToJsonString(), Is.EqualTo("7"));
        }
    }

    [Test]
    public void A_setting_is_a_property_with_its_attribute()
    {
        HashSet<string> declared =
        [
            .. typeof(RunConfig).Assembly.GetTypes()
                .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                .Where(p => p.IsDefined(typeof(KnobAttribute)))
                .Select(p => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)),
        ];
        Assert.That(ConfigKeys.All.Select(k => k.Path.Split('.')[^1]).Where(key => !declared.Contains(key)), Is.Empty);
    }

    [TestCase("configs/gpus/a100-80.json", "--gpu", "memory_visible_mib", "60000")]
    [TestCase("configs/models/llama-3.1-8b.json", "--model", "layers", "20")]
    [TestCase("configs/policies/vllm.json", "--policies", "summary", "\"mine\"")]
    public void One_more_file_is_made_and_run(string shipped, string option, string key, string value)
    {
        using ScratchFolder folder = new();
        string file = folder.File("one-more.json", Changed(shipped, key, value));
        string[] policies = option == "--policies" ? [] : ["--policies", "vllm"];
        (int code, string output, string error) =
            Ellm.Run(["compare", "chat", "--limit", "30", "--quiet", "--format", "csv", "--no-oracle", option, file, .. policies]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("one-more"));
    }

    [Test]
    public void One_more_workload_is_made_and_run()
    {
        using ScratchFolder folder = new();
        string file = folder.File("one-more.json", Changed("configs/workloads/azure-chat.json", "description", "\"mine\""));
        (int code, string output, string error) =
            Ellm.Run("compare", file, "--limit", "30", "--quiet", "--format", "csv", "--no-oracle", "--policies", "vllm");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("one-more"));
    }

    [Test]
    public void One_more_experiment_is_made_and_run()
    {
        using ScratchFolder folder = new();
        string file =
            folder.File("one-more.json",
                """{ "name": "mine", "base": { "trace": "azure-chat", "limit": 20 }, "grid": { "policy": ["vllm"], "rate": [1] } }""");
        (int code, _, string error) = Ellm.Run("sweep", file, "--out", folder.In("out"), "--quiet");
        Assert.That(code, Is.Zero, error);
        Assert.That(File.Exists(folder.In("out/groups.csv")));
    }

    private static string Changed(string shipped, string key, string value)
    {
        JsonObject json = JsonNode.Parse(SourceTree.Text(shipped))!.AsObject();
        json["name"] = "one-more";
        Assert.That(json.ContainsKey(key), $"{shipped} has no {key}");
        json[key] = JsonNode.Parse(value);
        json.Remove("$schema");
        return json.ToJsonString();
    }

    private static void OwnFileAnd(string type, string catalogue, Func<string, bool>? besides = null)
    {
        string[] files = [.. FilesByName.Value[type]];
        Assert.That(files, Has.Some.EndsWith($"/{type}.cs").And.Some.EndsWith("/" + catalogue));
        Assert.That(
            files.Where(
                f => !f.EndsWith($"/{type}.cs", StringComparison.Ordinal) && !f.EndsWith("/" + catalogue, StringComparison.Ordinal)
                    && besides?.Invoke(f) != true), Is.Empty);
    }

    private static IEnumerable<string> Implementing(Type role, string room) =>
        role.Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.Namespace == room && t.IsAssignableTo(role))
            .Select(t => t.Name);

    private static IEnumerable<string> Tokens(SourceFile file) =>
        file.Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText);

    private sealed record OneMoreKnobs : KnobSet
    {
        [Knob("longest wait", 0, 60)]
        public double PatienceS { get; init; }
    }
}
