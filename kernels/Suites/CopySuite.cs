using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Copies between host and device and on the device.</summary>
internal static class CopySuite
{
    private const long Kib = 1 << 10;
    private const long Mib = 1 << 20;
    private const int SubmittedCopies = 64;
    private const long SmallCopy = 4 * Kib;

    /// <summary>Powers of two, and physical KV block sizes of common models (32 KiB to 2.5 MiB).</summary>
    private static readonly long[] Sizes =
    [
        4 * Kib, 16 * Kib, 32 * Kib, 64 * Kib, 256 * Kib, 512 * Kib, 1 * Mib, 1280 * Kib, 2 * Mib, 2560 * Kib,
        4 * Mib, 16 * Mib, 64 * Mib, 256 * Mib, 512 * Mib,
    ];

    private static readonly long[] PageableSizes = [64 * Kib, 1 * Mib, 4 * Mib, 16 * Mib, 64 * Mib];

    public static IEnumerable<IExperiment> Create(Bench bench)
    {
        foreach (long bytes in Sizes.Where(bytes => bytes <= bench.Sizes.PinnedBytes))
        {
            yield return new DeviceBatch(bench, Key(CalibratedOp.CopyHostToDevicePinned, bytes), i =>
                bench.Driver.CopyToDevice(bench.Target + Offset(i, bytes, bench.Sizes.PinnedBytes),
                    bench.PinnedIn + (nint)Offset(i, bytes, bench.Sizes.PinnedBytes), bytes, bench.Stream));
            yield return new DeviceBatch(bench, Key(CalibratedOp.CopyDeviceToHostPinned, bytes), i =>
                bench.Driver.CopyToHost(bench.PinnedOut + (nint)Offset(i, bytes, bench.Sizes.PinnedBytes),
                    bench.Source + Offset(i, bytes, bench.Sizes.PinnedBytes), bytes, bench.Stream));
        }
        foreach (long bytes in Sizes.Where(bytes => bytes <= bench.Sizes.ArenaBytes))
        {
            yield return new DeviceBatch(bench, Key(CalibratedOp.CopyDeviceToDevice, bytes), i =>
                bench.Driver.CopyOnDevice(bench.Target + Offset(i, bytes, bench.Sizes.ArenaBytes),
                    bench.Source + Offset(i, bytes, bench.Sizes.ArenaBytes), bytes, bench.Stream));
        }
        foreach (long bytes in PageableSizes.Where(bytes => bytes <= bench.Sizes.PinnedBytes))
        {
            yield return new PageableCopy(bench, CalibratedOp.CopyHostToDevicePageable, bytes);
            yield return new PageableCopy(bench, CalibratedOp.CopyDeviceToHostPageable, bytes);
        }
        yield return new HostCall(
            bench,
            Key(CalibratedOp.CopySubmit, SmallCopy),
            SubmittedCopies,
            () =>
            {
                for (int i = 0; i < SubmittedCopies; i++)
                    bench.Driver.CopyToDevice(bench.Target, bench.PinnedIn, SmallCopy, bench.Stream);
            },
            after: () => bench.Driver.StreamSynchronize(bench.Stream));
    }

    /// <summary>Where the i-th piece lies, going round a buffer so that no cache can help.</summary>
    public static ulong Offset(int i, long bytes, long within)
    {
        long places = within / bytes;
        return (ulong)(i % places * bytes);
    }

    private static PointKey Key(CalibratedOp op, long bytes) => new(op.Key(), PointKey.Idle, bytes, 1);
}
