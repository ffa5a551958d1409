using System.Numerics;
using ELLM.Sim.Kernels.Bodies;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>The kernels as ILGPU compiles them, on raw device addresses and streams of the driver backend.</summary>
/// <param name="accelerator">Its context must be the one the addresses belong to.</param>
internal sealed class IlgpuBackend(CudaAccelerator accelerator) : IKernelBackend
{
    private const int BlockThreads = 256;
    private const int BlocksPerMultiprocessor = 8;

    /// <summary>Views are made once an address; past this many, all are forgotten.</summary>
    private const int MostViews = 4096;

    /// <summary>A view without a known end: the table is as long as the problem asks.</summary>
    private const int TableWords = int.MaxValue / sizeof(uint);

    private readonly KernelConfig _full = new(accelerator.NumMultiprocessors * BlocksPerMultiprocessor, BlockThreads);
    private readonly KernelConfig _single = new(1, 32);
    private readonly Dictionary<nint, CudaStream> _streams = [];
    private readonly Dictionary<(ulong Address, long Length, int ElementSize), ForeignBuffer> _buffers = [];
    private readonly Action<AcceleratorStream, KernelConfig, int> _empty = accelerator.LoadKernel<int>(IlgpuKernels.Empty);
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<uint>, long, long, uint> _touch =
        accelerator.LoadKernel<ArrayView<uint>, long, long, uint>(IlgpuKernels.Touch);

    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<Vec16>, ArrayView<Vec16>, long> _copy =
        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, long>(IlgpuKernels.Copy);

    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<Vec16>, ArrayView<Vec16>, ArrayView<uint>, int, long> _gather =
        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<Vec16>, ArrayView<uint>, int, long>(IlgpuKernels.Gather);

    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<Vec16>, ArrayView<uint>, long> _readContiguous =
        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, long>(IlgpuKernels.ReadContiguous);

    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<Vec16>, ArrayView<uint>, ArrayView<uint>, int, long> _readPaged =
        accelerator.LoadKernel<ArrayView<Vec16>, ArrayView<uint>, ArrayView<uint>, int, long>(IlgpuKernels.ReadPaged);

    public string Name => $"ilgpu {typeof(Context).Assembly.GetName().Version?.ToString(3)}";

    public int ReadThreads => accelerator.NumMultiprocessors * BlocksPerMultiprocessor * BlockThreads;

    public void Empty(nint stream) => _empty(Stream(stream), _single, 0);

    public void Touch(nint stream, ulong address, long bytes, long strideBytes, uint value) =>
        _touch(Stream(stream), _full, Words(address, bytes / sizeof(uint)), bytes / sizeof(uint), strideBytes / sizeof(uint), value);

    public void Copy(nint stream, ulong source, ulong target, long bytes) =>
        _copy(Stream(stream), _full, Vectors(source, bytes), Vectors(target, bytes), bytes / Vec16.Bytes);

    public void Gather(nint stream, ulong source, ulong target, ulong table, long pageBytes, long bytes) =>
        _gather(Stream(stream), _full, Anywhere(source), Vectors(target, bytes), Words(table, TableWords), Shift(pageBytes),
            bytes / Vec16.Bytes);

    public void ReadContiguous(nint stream, ulong source, ulong folded, long bytes) =>
        _readContiguous(Stream(stream), _full, Vectors(source, bytes), Words(folded, ReadThreads), bytes / Vec16.Bytes);

    public void ReadPaged(nint stream, ulong source, ulong table, ulong folded, long pageBytes, long bytes) =>
        _readPaged(
            Stream(stream), _full, Anywhere(source), Words(table, TableWords), Words(folded, ReadThreads), Shift(pageBytes),
            bytes / Vec16.Bytes);

    /// <summary>Buffers and streams are wrappers: what they stand for belongs to others.</summary>
    public void Dispose()
    {
        Forget();
        foreach (CudaStream stream in _streams.Values)
            stream.Dispose();
        _streams.Clear();
    }

    private static int Shift(long pageBytes) => BitOperations.Log2((ulong)pageBytes / Vec16.Bytes);

    private CudaStream Stream(nint stream)
    {
        if (!_streams.TryGetValue(stream, out CudaStream? wrapped))
            _streams.Add(stream, wrapped = accelerator.CreateStream(stream, responsible: false));
        return wrapped;
    }

    private ArrayView<Vec16> Vectors(ulong address, long bytes) =>
        Buffer(address, bytes / Vec16.Bytes, Vec16.Bytes).AsArrayView<Vec16>(0, bytes / Vec16.Bytes);

    /// <summary>A view without a known end: pages of it are found through a table.</summary>
    private ArrayView<Vec16> Anywhere(ulong address) => Vectors(address, 1L << 40);

    private ArrayView<uint> Words(ulong address, long length) => Buffer(address, length, sizeof(uint)).AsArrayView<uint>(0, length);

    private ForeignBuffer Buffer(ulong address, long length, int elementSize)
    {
        if (_buffers.TryGetValue((address, length, elementSize), out ForeignBuffer? known))
            return known;
        if (_buffers.Count >= MostViews)
            Forget();
        ForeignBuffer made = new(accelerator, address, length, elementSize);
        _buffers.Add((address, length, elementSize), made);
        return made;
    }

    private void Forget()
    {
        foreach (ForeignBuffer buffer in _buffers.Values)
            buffer.Dispose();
        _buffers.Clear();
    }
}
