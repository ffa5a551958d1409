using System.Runtime.InteropServices;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>The set-up all suites share: two device buffers full of random data, two pinned host buffers, two streams, the
/// kernels.</summary>
public sealed class Bench : IDisposable
{
    /// <summary>Words of the page table: enough for a buffer of 2 GiB in pages of 16 KiB.</summary>
    private const int TableWords = 1 << 17;

    private readonly Stack<Action> _giveBack = new();

    /// <param name="session">The device.</param>
    /// <param name="kernels">Its kernels; disposed with the bench.</param>
    /// <param name="clock">Host time.</param>
    /// <param name="allowance">How much memory to use.</param>
    /// <param name="seed">Of the data.</param>
    public Bench(GpuSession session, IKernelBackend kernels, IClock clock, Allowance allowance, ulong seed)
    {
        Session = session;
        Kernels = kernels;
        Clock = clock;
        Sizes = allowance;
        _giveBack.Push(kernels.Dispose);
        try
        {
            Stream = Held(Driver.StreamCreate(), Driver.StreamDestroy);
            SecondStream = Held(Driver.StreamCreate(), Driver.StreamDestroy);
            Start = Held(Driver.EventCreate(), Driver.EventDestroy);
            End = Held(Driver.EventCreate(), Driver.EventDestroy);
            SecondStart = Held(Driver.EventCreate(), Driver.EventDestroy);
            SecondEnd = Held(Driver.EventCreate(), Driver.EventDestroy);
            Source = Held(Driver.Alloc(allowance.ArenaBytes), Driver.Free);
            Target = Held(Driver.Alloc(allowance.ArenaBytes), Driver.Free);
            Table = Held(Driver.Alloc(TableWords * sizeof(uint)), Driver.Free);
            Folded = Held(Driver.Alloc((long)kernels.ReadThreads * sizeof(uint)), Driver.Free);
            PinnedIn = Held(Driver.HostAlloc(allowance.PinnedBytes), Driver.HostFree);
            PinnedOut = Held(Driver.HostAlloc(allowance.PinnedBytes), Driver.HostFree);
            FillWithRandomData(RandomStream.Named(seed, "calibration data"));
        }
        catch
        {
            GiveBack();
            throw;
        }
        EmptyNs = MedianOfEmptyPairs();
    }

    public GpuSession Session { get; }

    public ICudaDriver Driver => Session.Driver;

    public int Device => Session.Device;

    public IKernelBackend Kernels { get; }

    public IClock Clock { get; }

    public Allowance Sizes { get; }

    public long EmptyNs { get; }

    public nint Stream { get; }

    public nint SecondStream { get; }

    public nint Start { get; }

    public nint End { get; }

    public nint SecondStart { get; }

    public nint SecondEnd { get; }

    public ulong Source { get; }

    public ulong Target { get; }

    public ulong Table { get; }

    public ulong Folded { get; }

    public nint PinnedIn { get; }

    public nint PinnedOut { get; }

    /// <summary>Device time of work enqueued <paramref name="count"/> times on the first stream.</summary>
    public double DeviceUs(Action<int> enqueue, int count)
    {
        Driver.EventRecord(Start, Stream);
        for (int i = 0; i < count; i++)
            enqueue(i);
        Driver.EventRecord(End, Stream);
        Driver.EventSynchronize(End);
        return Driver.EventElapsedMs(Start, End) * 1e3;
    }

    /// <summary>Writes a page table to the device: page i of the reader is page <paramref name="pages"/>[i] of the buffer.</summary>
    public void WriteTable(ReadOnlySpan<uint> pages)
    {
        if (pages.Length > TableWords)
            throw new InvalidOperationException($"a table of {pages.Length} pages, room for {TableWords}");
        unsafe
        {
            pages.CopyTo(new Span<uint>((void*)PinnedOut, pages.Length));
        }
        Driver.CopyToDevice(Table, PinnedOut, pages.Length * sizeof(uint), Stream);
        Driver.StreamSynchronize(Stream);
    }

    public void Dispose() => GiveBack().Finish();

    private T Held<T>(T made, Action<T> giveBack)
    {
        _giveBack.Push(() => giveBack(made));
        return made;
    }

    private Cleanup GiveBack()
    {
        Cleanup cleanup = new();
        while (_giveBack.TryPop(out Action? next))
            cleanup.Try(next);
        return cleanup;
    }

    private void FillWithRandomData(RandomStream random)
    {
        unsafe
        {
            Span<ulong> words =
                MemoryMarshal.Cast<byte, ulong>(new Span<byte>((void*)PinnedIn, (int)Math.Min(Sizes.PinnedBytes, 64 << 20)));
            for (int i = 0; i < words.Length; i++)
                words[i] = random.NextBits();
            new Span<byte>((void*)PinnedOut, (int)Math.Min(Sizes.PinnedBytes, int.MaxValue)).Clear();
            long pattern = words.Length * sizeof(ulong);
            for (long at = 0; at < Sizes.ArenaBytes; at += pattern)
            {
                long bytes = Math.Min(pattern, Sizes.ArenaBytes - at);
                Driver.CopyToDevice(Source + (ulong)at, PinnedIn, bytes, Stream);
                Driver.CopyToDevice(Target + (ulong)at, PinnedIn, bytes, Stream);
            }
        }
        Driver.StreamSynchronize(Stream);
    }

    private long MedianOfEmptyPairs()
    {
        double[] pairs = new double[101];
        for (int i = 0; i < pairs.Length; i++)
        {
            long first = Clock.NowNs;
            pairs[i] = Clock.NowNs - first;
        }
        return (long)Statistics.MedianOf(pairs);
    }
}
