using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>Device memory that others own, as an ILGPU buffer: mapped chunks, for instance. Disposing it frees nothing.</summary>
internal sealed class ForeignBuffer : MemoryBuffer
{
    public ForeignBuffer(CudaAccelerator accelerator, ulong address, long length, int elementSize)
        : base(accelerator, length, elementSize) => NativePtr = (nint)address;

    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaMemSet(stream as CudaStream, value, targetView);

    protected override void CopyTo(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy(stream as CudaStream, sourceView, targetView);

    protected override void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy(stream as CudaStream, sourceView, targetView);

    protected override void DisposeAcceleratorObject(bool disposing) => NativePtr = 0;
}
