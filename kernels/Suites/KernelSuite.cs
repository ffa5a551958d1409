using System.Globalization;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>The kernels: launch, touch after map, contiguous copy, gather, KV read contiguous and through a block table.</summary>
internal static class KernelSuite
{
    private const long Kib = 1 << 10;
    private const long Mib = 1 << 20;

    /// <summary>What a KV block of 16 tokens takes in one layer of many models; other page sizes are conditions of their own.</summary>
    private const long UsualPage = 64 * Kib;

    private static readonly long[] Sizes = [1 * Mib, 4 * Mib, 16 * Mib, 64 * Mib, 256 * Mib, 1024 * Mib];
    private static readonly long[] OtherPages = [16 * Kib, 256 * Kib, 2048 * Kib];

    public static IEnumerable<IExperiment> Create(Bench bench, ulong seed)
    {
        yield return new DeviceBatch(bench, Key(CalibratedOp.KernelLaunch, 0), _ => bench.Kernels.Empty(bench.Stream));
        foreach (int chunks in (int[])[1, 8, 64])
            yield return new TouchAfterMap(bench, bench.Session.Facts.GranularityBytes * chunks);
        foreach (long bytes in Sizes.Where(bytes => bytes <= bench.Sizes.ArenaBytes))
        {
            yield return new DeviceBatch(bench, Key(CalibratedOp.KernelCopy, bytes), i =>
                bench.Kernels.Copy(bench.Stream, bench.Source + At(bench, i, bytes), bench.Target + At(bench, i, bytes), bytes));
            yield return new DeviceBatch(bench, Key(CalibratedOp.KernelKvReadContiguous, bytes), i =>
                bench.Kernels.ReadContiguous(bench.Stream, bench.Source + At(bench, i, bytes), bench.Folded, bytes));
            yield return Paged(bench, seed, UsualPage, bytes, PointKey.Idle, gather: true);
            yield return Paged(bench, seed, UsualPage, bytes, PointKey.Idle, gather: false);
        }
        long large = Sizes.Last(bytes => bytes <= Math.Max(bench.Sizes.ArenaBytes, Mib));
        foreach (long page in OtherPages.Where(page => page <= large))
        {
            string condition = string.Create(CultureInfo.InvariantCulture, $"page-{page / Kib}KiB");
            yield return Paged(bench, seed, page, large, condition, gather: true);
            yield return Paged(bench, seed, page, large, condition, gather: false);
        }
    }

    private static DeviceBatch Paged(Bench bench, ulong seed, long pageBytes, long bytes, string condition, bool gather)
    {
        CalibratedOp op = gather ? CalibratedOp.KernelGather : CalibratedOp.KernelKvReadPaged;
        uint[] table = RandomPages(seed, (int)(bench.Sizes.ArenaBytes / pageBytes), (int)(bytes / pageBytes));
        return new DeviceBatch(
            bench,
            new PointKey(op.Key(), condition, bytes, 1),
            gather
                ? i => bench.Kernels.Gather(bench.Stream, bench.Source, bench.Target + At(bench, i, bytes), bench.Table, pageBytes, bytes)
                : _ => bench.Kernels.ReadPaged(bench.Stream, bench.Source, bench.Table, bench.Folded, pageBytes, bytes),
            () => bench.WriteTable(table));
    }

    /// <summary>Pages of a buffer in random order, each at most once.</summary>
    internal static uint[] RandomPages(ulong seed, int pages, int taken)
    {
        RandomStream random = RandomStream.Named(seed, "page table");
        uint[] order = [.. Enumerable.Range(0, pages).Select(page => (uint)page)];
        for (int i = pages - 1; i > 0; i--)
        {
            int j = (int)random.NextBelow((ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order[..Math.Min(taken, pages)];
    }

    private static ulong At(Bench bench, int i, long bytes) => CopySuite.Offset(i, bytes, bench.Sizes.ArenaBytes);

    private static PointKey Key(CalibratedOp op, long bytes) => new(op.Key(), PointKey.Idle, bytes, 1);
}
