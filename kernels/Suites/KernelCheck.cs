using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Bodies;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Runs every kernel once on a small problem and compares what it wrote with the same body on the host.</summary>
/// <remarks>Sizes are odd on purpose: not a multiple of a page, of a block or of the unrolling. Outputs are poisoned first.</remarks>
public static class KernelCheck
{
    private const long Bytes = 16 * 4099;
    private const long PageBytes = 16 * 256;
    private const long TouchStride = 64;
    private const byte Poison = 0xA5;

    /// <summary>Elements of a page, as a power of two.</summary>
    private const int PageShift = 8;

    /// <param name="kernels">Those of the bench, or others with as many threads.</param>
    /// <exception cref="InvalidOperationException">A kernel wrote something else: no time of it would mean anything.</exception>
    public static unsafe void Run(Bench bench, IKernelBackend kernels, ulong seed)
    {
        byte[] source = Read(bench, bench.Source, Bytes);
        int pages = (int)((Bytes + PageBytes - 1) / PageBytes);
        uint[] table = KernelSuite.RandomPages(seed, pages - 1, pages - 1);
        table = [.. table, table[0]];
        bench.WriteTable(table);
        fixed (byte* data = source)
        fixed (uint* map = table)
        {
            PointerView<Vec16> from = new(data);
            PointerView<uint> through = new(map);
            byte[] wanted = new byte[Bytes];
            uint folded = 0;
            uint foldedPaged = 0;
            fixed (byte* to = wanted)
            {
                Compare(bench, kernels, "copy", source, () => kernels.Copy(bench.Stream, bench.Source, bench.Target, Bytes));
                KernelBodies.Gather(from, new PointerView<Vec16>(to), through, PageShift, Bytes / Vec16.Bytes, 0, 1);
                Compare(bench, kernels, "gather", wanted,
                    () => kernels.Gather(bench.Stream, bench.Source, bench.Target, bench.Table, PageBytes, Bytes));
            }
            KernelBodies.ReadContiguous(from, new PointerView<uint>(&folded), Bytes / Vec16.Bytes, 0, 1);
            KernelBodies.ReadPaged(from, through, new PointerView<uint>(&foldedPaged), PageShift, Bytes / Vec16.Bytes, 0, 1);
            CompareFold(bench, kernels, "KV read", folded, () => kernels.ReadContiguous(bench.Stream, bench.Source, bench.Folded, Bytes));
            CompareFold(bench, kernels, "paged KV read", foldedPaged,
                () => kernels.ReadPaged(bench.Stream, bench.Source, bench.Table, bench.Folded, PageBytes, Bytes));
        }
        CheckTouch(bench, kernels);
    }

    private static unsafe void CheckTouch(Bench bench, IKernelBackend kernels)
    {
        byte[] wanted = new byte[Bytes];
        wanted.AsSpan().Fill(Poison);
        fixed (byte* to = wanted)
            KernelBodies.Touch(new PointerView<uint>(to), Bytes / 4, TouchStride / 4, 7, 0, 1);
        Compare(bench, kernels, "touch", wanted, () => kernels.Touch(bench.Stream, bench.Target, Bytes, TouchStride, 7));
    }

    private static void Compare(Bench bench, IKernelBackend kernels, string kernel, byte[] wanted, Action launch)
    {
        bench.Driver.Fill(bench.Target, Poison, Bytes, bench.Stream);
        launch();
        byte[] found = Read(bench, bench.Target, Bytes);
        int at = found.AsSpan().CommonPrefixLength(wanted);
        if (at < wanted.Length)
            throw new InvalidOperationException(
                $"the {kernel} kernel of {kernels.Name} wrote 0x{found[at]:x2} at byte {at} instead of 0x{wanted[at]:x2}");
    }

    private static void CompareFold(Bench bench, IKernelBackend kernels, string kernel, uint wanted, Action launch)
    {
        long bytes = (long)kernels.ReadThreads * sizeof(uint);
        bench.Driver.Fill(bench.Folded, Poison, bytes, bench.Stream);
        launch();
        uint found = 0;
        foreach (uint word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Read(bench, bench.Folded, bytes)))
            found ^= word;
        if (found != wanted)
            throw new InvalidOperationException($"the {kernel} kernel of {kernels.Name} read 0x{found:x8} instead of 0x{wanted:x8}");
    }

    private static unsafe byte[] Read(Bench bench, ulong address, long bytes)
    {
        byte[] found = new byte[bytes];
        bench.Driver.CopyToHost(bench.PinnedOut, address, bytes, bench.Stream);
        bench.Driver.StreamSynchronize(bench.Stream);
        new Span<byte>((void*)bench.PinnedOut, (int)bytes).CopyTo(found);
        return found;
    }
}
