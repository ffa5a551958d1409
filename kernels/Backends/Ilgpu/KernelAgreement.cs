using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Numerics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>The kernels as an accelerator of ILGPU runs them, against the same bodies as plain loops.</summary>
public sealed class KernelAgreement
{
    /// <summary>Not a multiple of a page, of a group or of the unrolling. ILGPU's CPU accelerator takes microseconds an element.</summary>
    private const int Elements = 1003;

    private const int PageShift = 4, Groups = 2, GroupSize = 32, TouchStride = 16;
    private const uint TouchValue = 7;
    private static readonly KernelConfig Shape = new(Groups, GroupSize);

    private readonly Accelerator _accelerator;
    private readonly Vec16[] _data;
    private readonly uint[] _table;

    private KernelAgreement(Accelerator accelerator)
    {
        _accelerator = accelerator;
        RandomStream random = RandomStream.Named(1, "ilgpu check");
        int pages = ((Elements - 1) >> PageShift) + 1;
        uint Word() => (uint)random.NextBits();
        _data = [.. Enumerable.Range(0, pages << PageShift).Select(_ => new Vec16(Word(), Word(), Word(), Word()))];
        _table = [.. Enumerable.Range(0, pages).Select(_ => (uint)random.NextBelow((ulong)pages))];
    }

    private IEnumerable<Vec16> Gathered => Enumerable.Range(0, Elements)
        .Select(i => _data[((int)_table[i >> PageShift] << PageShift) + (i & ((1 << PageShift) - 1))]);

    /// <summary>On ILGPU's CPU accelerator: needs no device.</summary>
    /// <returns>The first kernel that differs; null when all agree.</returns>
    public static string? FirstDifferenceOnCpu()
    {
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia).Optimize(OptimizationLevel.O2));
        using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
        return FirstDifference(accelerator);
    }

    /// <returns>The first kernel that differs; null when all agree.</returns>
    internal static string? FirstDifference(Accelerator accelerator)
    {
        KernelAgreement check = new(accelerator);
        return check.Touch() ? check.Copy() ? check.Gather() ? check.Read() ? check.ReadPaged() ? null
            : "paged KV read" : "KV read" : "gather" : "copy" : "touch";
    }

    private bool Touch()
    {
        uint[] wanted = new uint[Elements];
        for (int i = 0; i * TouchStride < Elements; i++)
            wanted[i * TouchStride] = TouchValue ^ (uint)i;
        using MemoryBuffer1D<uint, Stride1D.Dense> words = _accelerator.Allocate1D(new uint[Elements]);
        _accelerator.LoadKernel<ArrayView<uint>, long, long, uint>(IlgpuKernels.Touch)(
            _accelerator.DefaultStream, Shape, words.View.BaseView, Elements, TouchStride, TouchValue);
        _accelerator.Synchronize();
        return words.GetAsArray1D().SequenceEqual(wanted);
    }

    private bool Copy()
    {
        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = _accelerator.Allocate1D(_data), target =
            _accelerator.Allocate1D<Vec16>(Elements);
        _accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, long>(IlgpuKernels.Copy)(
            _accelerator.DefaultStream, Shape, source.View.BaseView, target.View.BaseView, Elements);
        _accelerator.Synchronize();
        return target.GetAsArray1D().SequenceEqual(_data.Take(Elements));
    }

    private bool Gather()
    {
        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = _accelerator.Allocate1D(_data), target =
            _accelerator.Allocate1D<Vec16>(Elements);
        using MemoryBuffer1D<uint, Stride1D.Dense> table = _accelerator.Allocate1D(_table);
        _accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, ArrayView<uint>, int, long>(IlgpuKernels.Gather)(
            _accelerator.DefaultStream, Shape, source.View.BaseView, target.View.BaseView, table.View.BaseView, PageShift, Elements);
        _accelerator.Synchronize();
        return target.GetAsArray1D().SequenceEqual(Gathered);
    }

    private bool Read()
    {
        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = _accelerator.Allocate1D(_data);
        using MemoryBuffer1D<uint, Stride1D.Dense> folded = _accelerator.Allocate1D<uint>(Groups * GroupSize);
        _accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, long>(IlgpuKernels.ReadContiguous)(
            _accelerator.DefaultStream, Shape, source.View.BaseView, folded.View.BaseView, Elements);
        _accelerator.Synchronize();
        return Fold(folded.GetAsArray1D()) == Fold(_data.Take(Elements).Select(element => element.Fold()));
    }

    private bool ReadPaged()
    {
        using MemoryBuffer1D<Vec16, Stride1D.Dense> source = _accelerator.Allocate1D(_data);
        using MemoryBuffer1D<uint, Stride1D.Dense> table = _accelerator.Allocate1D(_table);
        using MemoryBuffer1D<uint, Stride1D.Dense> folded = _accelerator.Allocate1D<uint>(Groups * GroupSize);
        _accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, ArrayView<uint>, int, long>(IlgpuKernels.ReadPaged)(
            _accelerator.DefaultStream, Shape, source.View.BaseView, table.View.BaseView, folded.View.BaseView, PageShift, Elements);
        _accelerator.Synchronize();
        return Fold(folded.GetAsArray1D()) == Fold(Gathered.Select(element => element.Fold()));
    }

    private static uint Fold(IEnumerable<uint> words) => words.Aggregate(0u, (all, one) => all ^ one);
}
