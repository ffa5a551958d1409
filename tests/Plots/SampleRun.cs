using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Tests.Plots;

/// <summary>A small comparison in a directory of its own, written by the library as the command line writes it.</summary>
internal sealed class SampleRun : IDisposable
{
    public SampleRun(string traceName = "made-up", int requests = 300, params string[] policies)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("ellm-plots-").FullName;
        Path = System.IO.Path.Combine(Directory, "run");
        Trace trace = new(
            traceName,
            [.. Enumerable.Range(0, requests).Select(i => i * 20_000_000_000L)],
            [.. Enumerable.Range(0, requests).Select(i => 100 + (i * 37 % 900))],
            [.. Enumerable.Range(0, requests).Select(i => 10 + (i * 13 % 90))]);
        RunConfig[] configs = [.. (policies.Length > 0 ? policies : ["orca-pow2", "vllm"]).Select(
            p => ConfigBinder.Bind(PresetCatalog.Load(p), []))];
        RunDirectory.Write(Path, force: false,
            RunFiles.Of(Compare.Run(configs, trace, SimulationOptions.Default, jobs: 1, keepRecords: true), trace, []));
    }

    public string Directory { get; }

    public string Path { get; }

    public IReadOnlyList<RunResult> Load() => RunLoader.Load(Path);

    public void Edit(string file, Func<string, string> change)
    {
        string path = System.IO.Path.Combine(Path, file);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
