using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>Files written while a run goes on are those that are written after it.</summary>
internal sealed class RunFilesTests
{
    /// <summary>More than two blocks of requests.csv, the last one not full.</summary>
    private const int Requests = (2 * RequestBlocks.Rows) + 1_000;

    [TestCase("vllm", "memory.kv_blocks=2588")]
    [TestCase("vllm", "memory.kv_blocks=2588", "policy.overflow=swap")]
    [TestCase("vllm", "engine.max_model_len=1500", "memory.kv_blocks=2588")]
    [TestCase("layerkv")]
    [TestCase("ellm", "engine.replicas=3")]
    [TestCase("vllm", "pp=2")]
    public void Written_beside_the_run_or_after_it_the_bytes_are_the_same(string policy, params string[] settings)
    {
        using ScratchFolder folder = new();
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(policy), [.. settings.Select(Assignment.Parse)]);
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), Requests, 3, 6);
        RunReport after = RunReport.Run(config, trace, SimulationOptions.Default);
        RunDirectory.Write(folder.In("after"), force: false, RunFiles.Of(after, trace, ["said"]));

        RunFiles.WriteBeside(
            folder.In("beside"), false, trace, ["said"],
            blocks => RunReport.Run(config, trace, SimulationOptions.Default with { Blocks = blocks }));

        string[] names = [.. Directory.EnumerateFiles(folder.In("after")).Select(f => Path.GetFileName(f)).Order()];
        Assert.That(Directory.EnumerateFiles(folder.In("beside")).Select(f => Path.GetFileName(f)).Order(), Is.EqualTo(names));
        foreach (string name in names)
        {
            bool same = File.ReadAllBytes(folder.In($"beside/{name}")).AsSpan()
                .SequenceEqual(File.ReadAllBytes(folder.In($"after/{name}")));
            Assert.That(same, $"{name} has other bytes");
        }
    }

    [Test]
    public void Run_that_fails_leaves_nothing_and_gives_its_own_reason()
    {
        using ScratchFolder folder = new();
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), 10, 3, 6);
        Assert.That(
            () => RunFiles.WriteBeside(folder.In("run"), false, trace, [], blocks =>
            {
                blocks.Begin(new RequestRecord[10]);
                throw new InputException("no progress");
            }),
            Throws.InstanceOf<InputException>().With.Message.EqualTo("no progress"));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Directory_that_cannot_be_written_is_said_and_the_run_is_not_blamed()
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.In("run"), "in the way");
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"), []);
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), 10, 3, 6);
        Assert.That(
            () => RunFiles.WriteBeside(
                folder.In("run"), true, trace, [],
                blocks => RunReport.Run(config, trace, SimulationOptions.Default with { Blocks = blocks })),
            Throws.InstanceOf<InputException>().With.Message.Contains("expected a directory, found a file"));
        Assert.That(File.ReadAllText(folder.In("run")), Is.EqualTo("in the way"));
    }
}
