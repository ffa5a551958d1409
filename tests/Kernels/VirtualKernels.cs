using System.Numerics;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Bodies;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The kernel bodies on the virtual driver's memory: small problems are done, large ones only take time.</summary>
internal sealed unsafe class VirtualKernels(VirtualDriver driver) : IKernelBackend
{
    private const long RealBytes = 128 << 10;

    /// <summary>Adds a wrong bit to every copy: the check must notice.</summary>
    public bool IsBroken { get; init; }

    public string Name => "virtual";

    public int ReadThreads => 3;

    public void Empty(nint stream) => driver.Enqueue("kernel", 0);

    public void Touch(nint stream, ulong address, long bytes, long strideBytes, uint value)
    {
        driver.Enqueue("kernel", 0);
        if (bytes <= RealBytes)
            ForAll(thread => KernelBodies.Touch(Words(address), bytes / 4, strideBytes / 4, value, thread, ReadThreads));
    }

    public void Copy(nint stream, ulong source, ulong target, long bytes)
    {
        driver.Enqueue("kernel", bytes);
        if (bytes <= RealBytes)
            ForAll(thread => KernelBodies.Copy(Vectors(source), Vectors(target), bytes / 16, thread, ReadThreads));
        if (IsBroken)
            *(byte*)(target + 100) ^= 1;
    }

    public void Gather(nint stream, ulong source, ulong target, ulong table, long pageBytes, long bytes)
    {
        driver.Enqueue("kernel", bytes);
        if (bytes <= RealBytes)
            ForAll(thread =>
                KernelBodies.Gather(Vectors(source), Vectors(target), Words(table), Shift(pageBytes), bytes / 16, thread, ReadThreads));
    }

    public void ReadContiguous(nint stream, ulong source, ulong folded, long bytes)
    {
        driver.Enqueue("kernel", bytes);
        if (bytes <= RealBytes)
            ForAll(thread => KernelBodies.ReadContiguous(Vectors(source), Words(folded), bytes / 16, thread, ReadThreads));
    }

    public void ReadPaged(nint stream, ulong source, ulong table, ulong folded, long pageBytes, long bytes)
    {
        driver.Enqueue("kernel", bytes);
        if (bytes <= RealBytes)
            ForAll(thread =>
                KernelBodies.ReadPaged(Vectors(source), Words(table), Words(folded), Shift(pageBytes), bytes / 16, thread, ReadThreads));
    }

    public void Dispose()
    {
    }

    private void ForAll(Action<long> body)
    {
        for (long thread = 0; thread < ReadThreads; thread++)
            body(thread);
    }

    private static PointerView<Vec16> Vectors(ulong address) => new((void*)address);

    private static PointerView<uint> Words(ulong address) => new((void*)address);

    private static int Shift(long pageBytes) => BitOperations.Log2((ulong)pageBytes / 16);
}
