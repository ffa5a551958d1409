using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Virtual memory management on an idle device.</summary>
internal static class VmmSuite
{
    private static readonly int[] ChunksOfGranularity = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    private static readonly int[] RangeChunks = [4, 16, 64, 256];

    public static IEnumerable<IExperiment> Create(Bench bench)
    {
        long unit = bench.Session.Facts.GranularityBytes;
        yield return new VmmCycle(bench, unit, RawSample.Cold);
        foreach (int chunks in ChunksOfGranularity)
            yield return new VmmCycle(bench, unit * chunks);
        foreach (int chunks in RangeChunks)
            yield return new VmmRange(bench, unit, chunks);
    }
}
