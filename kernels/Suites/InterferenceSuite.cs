using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>What slows what down: VMM calls beside a kernel and on several threads, copies beside a kernel, both directions at
/// once.</summary>
internal static class InterferenceSuite
{
    public const string BesideCompute = "beside-compute";
    public const string BesideCopy = "beside-copy";
    public const string BothWays = "both-ways";

    private const long Mib = 1 << 20;
    private const int LoadLaunches = 32;

    private static readonly int[] Threads = [1, 2, 4];

    public static IEnumerable<IExperiment> Create(Bench bench)
    {
        long unit = bench.Session.Facts.GranularityBytes;
        yield return new VmmCycle(bench, unit, BesideCompute, new BackgroundLoad(bench, LoadLaunches));
        foreach (int threads in Threads)
            yield return new VmmThreads(bench, unit, threads);
        long bytes = Math.Min(64 * Mib, bench.Sizes.PinnedBytes);
        Action<nint, int> toDevice = (stream, i) => bench.Driver.CopyToDevice(
            bench.Target + CopySuite.Offset(i, bytes, bench.Sizes.PinnedBytes),
            bench.PinnedIn + (nint)CopySuite.Offset(i, bytes, bench.Sizes.PinnedBytes), bytes, stream);
        Action<nint, int> toHost = (stream, i) => bench.Driver.CopyToHost(
            bench.PinnedOut + (nint)CopySuite.Offset(i, bytes, bench.Sizes.PinnedBytes),
            bench.Source + CopySuite.Offset(i, bytes, bench.Sizes.PinnedBytes), bytes, stream);
        Action<nint, int> read = (stream, i) => bench.Kernels.ReadContiguous(
            stream, bench.Source + CopySuite.Offset(i, bytes, bench.Sizes.ArenaBytes), bench.Folded, bytes);
        yield return new TwoStreams(
            bench,
            new PointKey(CalibratedOp.CopyHostToDevicePinned.Key(), BothWays, bytes, 1), toDevice,
            new PointKey(CalibratedOp.CopyDeviceToHostPinned.Key(), BothWays, bytes, 1), toHost);
        yield return new TwoStreams(
            bench,
            new PointKey(CalibratedOp.CopyHostToDevicePinned.Key(), BesideCompute, bytes, 1), toDevice,
            new PointKey(CalibratedOp.KernelKvReadContiguous.Key(), BesideCopy, bytes, 1), read);
    }
}
