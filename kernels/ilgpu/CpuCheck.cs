using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Numerics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ELLM.Sim.Kernels.Ilgpu;

/// <summary>The kernels on ILGPU's CPU accelerator against the same bodies run as plain loops: needs no device.</summary>
/// <remarks>The accelerator takes microseconds an element: problems stay small.</remarks>
internal static class CpuCheck
{
    private const int Elements = 1003;
    private const int PageShift = 4;

    /// <summary>Null when all agree, otherwise which kernel does not.</summary>
    public static string? FirstDifference()
    {
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia).Optimize(OptimizationLevel.O2));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        RandomStream random = RandomStream.Named(1, "ilgpu check");
        int pages = ((Elements - 1) >> PageShift) + 1;
        Vec16[] data = [.. Enumerable.Range(0, pages << PageShift).Select(_ => new Vec16((uint)random.NextBits(), (uint)random.NextBits(), (uint)random.NextBits(), (uint)random.NextBits()))];
        uint[] table = [.. Enumerable.Range(0, pages).Select(_ => (uint)random.NextBelow((ulong)pages))];
        KernelConfig shape = new(2, 32);
        int threads = 64;

        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = accelerator.Allocate1D(data);
        using MemoryBuffer1D<Vec16, Stride1D.Dense> target = accelerator.Allocate1D<Vec16>(Elements);
        using MemoryBuffer1D<uint, Stride1D.Dense> map = accelerator.Allocate1D(table);
        using MemoryBuffer1D<uint, Stride1D.Dense> folded = accelerator.Allocate1D<uint>(threads);
        ArrayView<Vec16> from = source.View.BaseView;
        ArrayView<Vec16> to = target.View.BaseView;

        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, long>(IlgpuKernels.Copy)(accelerator.DefaultStream, shape, from, to, Elements);
        accelerator.Synchronize();
        if (!target.GetAsArray1D().SequenceEqual(data.Take(Elements)))
            return "copy";

        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, ArrayView<uint>, int, long>(IlgpuKernels.Gather)(
            accelerator.DefaultStream, shape, from, to, map.View.BaseView, PageShift, Elements);
        accelerator.Synchronize();
        Vec16[] gathered = [.. Enumerable.Range(0, Elements).Select(i => data[((int)table[i >> PageShift] << PageShift) + (i & ((1 << PageShift) - 1))])];
        if (!target.GetAsArray1D().SequenceEqual(gathered))
            return "gather";

        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, long>(IlgpuKernels.ReadContiguous)(accelerator.DefaultStream, shape, from, folded.View.BaseView, Elements);
        accelerator.Synchronize();
        if (Fold(folded.GetAsArray1D()) != Fold(data.Take(Elements).Select(element => element.Fold())))
            return "KV read";

        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, ArrayView<uint>, int, long>(IlgpuKernels.ReadPaged)(
            accelerator.DefaultStream, shape, from, map.View.BaseView, folded.View.BaseView, PageShift, Elements);
        accelerator.Synchronize();
        return Fold(folded.GetAsArray1D()) == Fold(gathered.Select(element => element.Fold())) ? null : "paged KV read";
    }

    private static uint Fold(IEnumerable<uint> words) => words.Aggregate(0u, (all, one) => all ^ one);
}
