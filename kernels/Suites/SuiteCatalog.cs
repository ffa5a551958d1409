using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>The groups of experiments that can be asked for by name.</summary>
public static class SuiteCatalog
{
    private static readonly Dictionary<string, Func<Bench, ulong, IEnumerable<IExperiment>>> Suites = new()
    {
        ["vmm"] = (bench, _) => VmmSuite.Create(bench),
        ["copy"] = (bench, _) => CopySuite.Create(bench),
        ["kernels"] = KernelSuite.Create,
        ["pinned"] = (bench, _) => PinnedSuite.Create(bench),
        ["interference"] = (bench, _) => InterferenceSuite.Create(bench),
    };

    public static IReadOnlyCollection<string> Names => Suites.Keys;

    /// <summary>The experiments of some suites, without those that need more memory than is allowed.</summary>
    /// <param name="bench">The device.</param>
    /// <param name="names">Suites, in any order, each once.</param>
    /// <param name="seed">Of random page tables.</param>
    /// <param name="skipped">Points left out for want of memory.</param>
    public static IReadOnlyList<IExperiment> Create(Bench bench, IEnumerable<string> names, ulong seed, out IReadOnlyList<string> skipped)
    {
        List<IExperiment> all = [];
        foreach (string name in names)
        {
            if (!Suites.TryGetValue(name, out Func<Bench, ulong, IEnumerable<IExperiment>>? create))
                throw new InputException(NearestName.Message("suite", name, Suites.Keys));
            all.AddRange(create(bench, seed));
        }
        skipped = [.. all.Where(TooLarge).Select(one => one.Points[0].ToString())];
        return [.. all.Where(one => !TooLarge(one))];

        bool TooLarge(IExperiment one) => one.DeviceBytes > bench.Sizes.ChunkBytes;
    }
}
