using System.Runtime.InteropServices;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Pinned host memory: allocating it, and pinning memory that exists and has been touched.</summary>
internal static class PinnedSuite
{
    private const long Mib = 1 << 20;

    private static readonly long[] Sizes = [1 * Mib, 4 * Mib, 16 * Mib, 64 * Mib, 256 * Mib];

    public static IEnumerable<IExperiment> Create(Bench bench)
    {
        foreach (long bytes in Sizes.Where(bytes => bytes <= bench.Sizes.PinnedBytes))
        {
            yield return Alloc(bench, bytes);
            yield return Register(bench, bytes);
        }
    }

    private static HostCall Alloc(Bench bench, long bytes)
    {
        nint held = 0;
        return new HostCall(
            bench,
            new PointKey(CalibratedOp.PinnedAlloc.Key(), PointKey.Idle, bytes, 1),
            1,
            () => held = bench.Driver.HostAlloc(bytes),
            after: () =>
            {
                nint given = held;
                held = 0;
                if (given == 0)
                    return;
                Cleanup cleanup = new();
                cleanup.Try(() => bench.Driver.HostFree(given));
                cleanup.Finish();
            });
    }

    private static unsafe HostCall Register(Bench bench, long bytes)
    {
        const int page = 4096;
        nint memory = 0;
        bool pinned = false;
        return new HostCall(
            bench,
            new PointKey(CalibratedOp.PinnedRegister.Key(), PointKey.Idle, bytes, 1),
            1,
            () =>
            {
                bench.Driver.HostRegister(memory, bytes);
                pinned = true;
            },
            before: () =>
            {
                memory = (nint)NativeMemory.AlignedAlloc((nuint)bytes, page);
                for (long at = 0; at < bytes; at += page)
                    ((byte*)memory)[at] = 1;
            },
            after: () =>
            {
                Cleanup cleanup = new();
                if (pinned)
                    cleanup.Try(() => bench.Driver.HostUnregister(memory));
                pinned = false;
                NativeMemory.AlignedFree((void*)memory);
                cleanup.Finish();
            });
    }
}
