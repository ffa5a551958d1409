using System.Text.Json.Nodes;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Experiments.Fleets;
using ELLM.Sim.Experiments.Reproductions;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Timing;
using ELLM.Sim.Validation;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Streams;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Architecture;

/// <summary>A configuration file loads, or it does not exist.</summary>
internal sealed class ConfigFileTests
{
    private static readonly Dictionary<string, Action<string>> Loaders = new()
    {
        ["configs/calibration"] = path => CalibrationCatalog.Load(path),
        ["configs/colocation"] = path => ModelMaps.Load(path),
        ["configs/engines"] = path => EngineCatalog.Load(path),
        ["configs/experiments"] = path => Experiment.Load(path),
        ["configs/fleets"] = path => FleetPlan.Of(FleetCatalog.Load(path), []),
        ["configs/gpus"] = path => GpuCatalog.Load(path),
        ["configs/models"] = path => ModelCatalog.Load(path),
        ["configs/policies"] = path => PresetCatalog.Load(path),
        ["configs/reproductions"] = path => Reproduction.Of(path),
        ["configs/schema"] = path => JsonNode.Parse(File.ReadAllText(path)),
        ["configs/streams"] = path => GeneratedStream.Of(StreamCatalog.Load(path), 1),
        ["configs/timing"] = path => TimingCatalog.Load(path),
        ["configs/timing/linear"] = path => LinearTimeModel.Load(path),
        ["configs/timing/overheads"] = path => OverheadCatalog.Load(path),
        ["configs/validation"] = path => ClosedLoopCase.Load(path),
        ["configs/workloads"] = path => GeneratorPresets.LoadNameOrFile(path),
        ["traces/specs"] = path => GeneratorPresets.LoadNameOrFile(path),
    };

    private static IEnumerable<string> Files =>
        SourceTree.Files.Where(f => f.EndsWith(".json", StringComparison.Ordinal) && Loaders.ContainsKey(FolderOf(f)));

    [Test]
    public void Every_folder_of_configs_has_a_loader()
    {
        string[] folders = [.. SourceTree.Files.Where(f => f.StartsWith("configs/", StringComparison.Ordinal)).Select(FolderOf).Distinct()];
        Assert.That(folders, Is.EquivalentTo(Loaders.Keys.Where(k => k.StartsWith("configs/", StringComparison.Ordinal))));
    }

    [TestCaseSource(nameof(Files))]
    public void File_loads(string file) =>
        Assert.That(() => Loaders[FolderOf(file)](Path.Combine(SourceTree.Root, file)), Throws.Nothing);

    private static string FolderOf(string file) => file[..Math.Max(0, file.LastIndexOf('/'))];
}
