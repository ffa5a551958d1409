using ELLM.Sim.Kernels.Bodies;
using ILGPU;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>Entry points that ILGPU compiles: the shared bodies with the thread's number. Explicitly grouped, 64-bit indices.</summary>
internal static class IlgpuKernels
{
    private static long Thread => ((long)Grid.IdxX * Group.DimX) + Group.IdxX;

    private static long Threads => (long)Grid.DimX * Group.DimX;

    /// <summary>ILGPU wants one parameter at least.</summary>
    public static void Empty(int unused)
    {
    }

    public static void Touch(ArrayView<uint> words, long count, long stride, uint value) =>
        KernelBodies.Touch(new DeviceView<uint>(words), count, stride, value, Thread, Threads);

    public static void Copy(ArrayView<Vec16> source, ArrayView<Vec16> target, long count) =>
        KernelBodies.Copy(new DeviceView<Vec16>(source), new DeviceView<Vec16>(target), count, Thread, Threads);

    public static void Gather(ArrayView<Vec16> source, ArrayView<Vec16> target, ArrayView<uint> table, int pageShift, long count) =>
        KernelBodies.Gather(
            new DeviceView<Vec16>(source), new DeviceView<Vec16>(target), new DeviceView<uint>(table), pageShift, count, Thread, Threads);

    public static void ReadContiguous(ArrayView<Vec16> kv, ArrayView<uint> folded, long count) =>
        KernelBodies.ReadContiguous(new DeviceView<Vec16>(kv), new DeviceView<uint>(folded), count, Thread, Threads);

    public static void ReadPaged(ArrayView<Vec16> kv, ArrayView<uint> table, ArrayView<uint> folded, int pageShift, long count) =>
        KernelBodies.ReadPaged(
            new DeviceView<Vec16>(kv), new DeviceView<uint>(table), new DeviceView<uint>(folded), pageShift, count, Thread, Threads);
}
