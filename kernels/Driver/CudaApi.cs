using System.Runtime.InteropServices;

namespace ELLM.Sim.Kernels.Driver;

/// <summary>The driver's entry points as typed function pointers, looked up once.</summary>
/// <remarks>
/// The exported name decides the signature: calls whose arguments widened to 64 bits are exported with <c>_v2</c>, and the name
/// without it is the old 32-bit form. The virtual memory calls came later and have no suffix.
/// </remarks>
internal sealed unsafe class CudaApi(nint library, string path)
{
    public readonly delegate* unmanaged<uint, int> Init = (delegate* unmanaged<uint, int>)Find(library, path, "cuInit");
    public readonly delegate* unmanaged<int*, int> DriverGetVersion =
        (delegate* unmanaged<int*, int>)Find(library, path, "cuDriverGetVersion");
    public readonly delegate* unmanaged<int*, int> DeviceGetCount = (delegate* unmanaged<int*, int>)Find(library, path, "cuDeviceGetCount");
    public readonly delegate* unmanaged<int*, int, int> DeviceGet = (delegate* unmanaged<int*, int, int>)Find(library, path, "cuDeviceGet");
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName =
        (delegate* unmanaged<byte*, int, int, int>)Find(library, path, "cuDeviceGetName");
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute =
        (delegate* unmanaged<int*, int, int, int>)Find(library, path, "cuDeviceGetAttribute");
    public readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMem =
        (delegate* unmanaged<nuint*, int, int>)Find(library, path, "cuDeviceTotalMem_v2");
    public readonly delegate* unmanaged<nint*, int, int> DevicePrimaryCtxRetain =
        (delegate* unmanaged<nint*, int, int>)Find(library, path, "cuDevicePrimaryCtxRetain");
    public readonly delegate* unmanaged<int, int> DevicePrimaryCtxRelease =
        (delegate* unmanaged<int, int>)Find(library, path, "cuDevicePrimaryCtxRelease_v2");
    public readonly delegate* unmanaged<nint, int> CtxSetCurrent = (delegate* unmanaged<nint, int>)Find(library, path, "cuCtxSetCurrent");
    public readonly delegate* unmanaged<int> CtxSynchronize = (delegate* unmanaged<int>)Find(library, path, "cuCtxSynchronize");
    public readonly delegate* unmanaged<int, nint*, int> GetErrorName =
        (delegate* unmanaged<int, nint*, int>)Find(library, path, "cuGetErrorName");
    public readonly delegate* unmanaged<int, nint*, int> GetErrorString =
        (delegate* unmanaged<int, nint*, int>)Find(library, path, "cuGetErrorString");

    public readonly delegate* unmanaged<nuint*, MemAllocationProp*, int, int> MemGetAllocationGranularity =
        (delegate* unmanaged<nuint*, MemAllocationProp*, int, int>)Find(library, path, "cuMemGetAllocationGranularity");
    public readonly delegate* unmanaged<ulong*, nuint, nuint, ulong, ulong, int> MemAddressReserve =
        (delegate* unmanaged<ulong*, nuint, nuint, ulong, ulong, int>)Find(library, path, "cuMemAddressReserve");
    public readonly delegate* unmanaged<ulong, nuint, int> MemAddressFree =
        (delegate* unmanaged<ulong, nuint, int>)Find(library, path, "cuMemAddressFree");
    public readonly delegate* unmanaged<ulong*, nuint, MemAllocationProp*, ulong, int> MemCreate =
        (delegate* unmanaged<ulong*, nuint, MemAllocationProp*, ulong, int>)Find(library, path, "cuMemCreate");
    public readonly delegate* unmanaged<ulong, int> MemRelease = (delegate* unmanaged<ulong, int>)Find(library, path, "cuMemRelease");
    public readonly delegate* unmanaged<ulong, nuint, nuint, ulong, ulong, int> MemMap =
        (delegate* unmanaged<ulong, nuint, nuint, ulong, ulong, int>)Find(library, path, "cuMemMap");
    public readonly delegate* unmanaged<ulong, nuint, MemAccessDesc*, nuint, int> MemSetAccess =
        (delegate* unmanaged<ulong, nuint, MemAccessDesc*, nuint, int>)Find(library, path, "cuMemSetAccess");
    public readonly delegate* unmanaged<ulong, nuint, int> MemUnmap =
        (delegate* unmanaged<ulong, nuint, int>)Find(library, path, "cuMemUnmap");

    public readonly delegate* unmanaged<nuint*, nuint*, int> MemGetInfo =
        (delegate* unmanaged<nuint*, nuint*, int>)Find(library, path, "cuMemGetInfo_v2");
    public readonly delegate* unmanaged<ulong*, nuint, int> MemAlloc =
        (delegate* unmanaged<ulong*, nuint, int>)Find(library, path, "cuMemAlloc_v2");
    public readonly delegate* unmanaged<ulong, int> MemFree = (delegate* unmanaged<ulong, int>)Find(library, path, "cuMemFree_v2");
    public readonly delegate* unmanaged<nint*, nuint, uint, int> MemHostAlloc =
        (delegate* unmanaged<nint*, nuint, uint, int>)Find(library, path, "cuMemHostAlloc");
    public readonly delegate* unmanaged<nint, int> MemFreeHost = (delegate* unmanaged<nint, int>)Find(library, path, "cuMemFreeHost");
    public readonly delegate* unmanaged<nint, nuint, uint, int> MemHostRegister =
        (delegate* unmanaged<nint, nuint, uint, int>)Find(library, path, "cuMemHostRegister_v2");
    public readonly delegate* unmanaged<nint, int> MemHostUnregister =
        (delegate* unmanaged<nint, int>)Find(library, path, "cuMemHostUnregister");
    public readonly delegate* unmanaged<ulong, nint, nuint, nint, int> MemcpyHtoDAsync =
        (delegate* unmanaged<ulong, nint, nuint, nint, int>)Find(library, path, "cuMemcpyHtoDAsync_v2");
    public readonly delegate* unmanaged<nint, ulong, nuint, nint, int> MemcpyDtoHAsync =
        (delegate* unmanaged<nint, ulong, nuint, nint, int>)Find(library, path, "cuMemcpyDtoHAsync_v2");
    public readonly delegate* unmanaged<ulong, ulong, nuint, nint, int> MemcpyDtoDAsync =
        (delegate* unmanaged<ulong, ulong, nuint, nint, int>)Find(library, path, "cuMemcpyDtoDAsync_v2");
    public readonly delegate* unmanaged<ulong, byte, nuint, nint, int> MemsetD8Async =
        (delegate* unmanaged<ulong, byte, nuint, nint, int>)Find(library, path, "cuMemsetD8Async");

    public readonly delegate* unmanaged<nint*, uint, int> StreamCreate =
        (delegate* unmanaged<nint*, uint, int>)Find(library, path, "cuStreamCreate");
    public readonly delegate* unmanaged<nint, int> StreamDestroy =
        (delegate* unmanaged<nint, int>)Find(library, path, "cuStreamDestroy_v2");
    public readonly delegate* unmanaged<nint, int> StreamSynchronize =
        (delegate* unmanaged<nint, int>)Find(library, path, "cuStreamSynchronize");
    public readonly delegate* unmanaged<nint*, uint, int> EventCreate =
        (delegate* unmanaged<nint*, uint, int>)Find(library, path, "cuEventCreate");
    public readonly delegate* unmanaged<nint, int> EventDestroy = (delegate* unmanaged<nint, int>)Find(library, path, "cuEventDestroy_v2");
    public readonly delegate* unmanaged<nint, nint, int> EventRecord =
        (delegate* unmanaged<nint, nint, int>)Find(library, path, "cuEventRecord");
    public readonly delegate* unmanaged<nint, int> EventSynchronize =
        (delegate* unmanaged<nint, int>)Find(library, path, "cuEventSynchronize");
    public readonly delegate* unmanaged<nint, int> EventQuery = (delegate* unmanaged<nint, int>)Find(library, path, "cuEventQuery");
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime =
        (delegate* unmanaged<float*, nint, nint, int>)Find(library, path, "cuEventElapsedTime");
    public readonly delegate* unmanaged<nint*, byte*, uint, int*, nint*, int> ModuleLoadDataEx =
        (delegate* unmanaged<nint*, byte*, uint, int*, nint*, int>)Find(library, path, "cuModuleLoadDataEx");
    public readonly delegate* unmanaged<nint, int> ModuleUnload = (delegate* unmanaged<nint, int>)Find(library, path, "cuModuleUnload");
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction =
        (delegate* unmanaged<nint*, nint, byte*, int>)Find(library, path, "cuModuleGetFunction");
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, nint*, nint*, int> LaunchKernel =
        (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, nint*, nint*, int>)Find(library, path, "cuLaunchKernel");

    private static nint Find(nint library, string path, string name) =>
        NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : throw new CudaUnavailableException($"the CUDA driver {path} has no {name}: it is older than CUDA 11, or not a CUDA driver");
}
