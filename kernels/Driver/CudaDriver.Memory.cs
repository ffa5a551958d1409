namespace ELLM.Sim.Kernels.Driver;

/// <content>Virtual memory management, allocations and copies.</content>
public sealed unsafe partial class CudaDriver
{
    private const int MinimumGranularity = 0;
    private const uint PortableHostMemory = 1;

    public (long Free, long Total) MemoryInfo()
    {
        nuint free;
        nuint total;
        Check(_api.MemGetInfo(&free, &total), "cuMemGetInfo_v2()");
        return ((long)free, (long)total);
    }

    public long Granularity(int device)
    {
        nuint bytes;
        MemAllocationProp prop = MemAllocationProp.OnDevice(device);
        Check(_api.MemGetAllocationGranularity(&bytes, &prop, MinimumGranularity), $"cuMemGetAllocationGranularity(device {device})");
        return (long)bytes;
    }

    public ulong AddressReserve(long bytes)
    {
        ulong address;
        Check(_api.MemAddressReserve(&address, (nuint)bytes, 0, 0, 0), $"cuMemAddressReserve({bytes} bytes)");
        return address;
    }

    public void AddressFree(ulong address, long bytes) =>
        Check(_api.MemAddressFree(address, (nuint)bytes), $"cuMemAddressFree(0x{address:x}, {bytes} bytes)");

    public ulong Create(long bytes, int device)
    {
        ulong handle;
        MemAllocationProp prop = MemAllocationProp.OnDevice(device);
        Check(_api.MemCreate(&handle, (nuint)bytes, &prop, 0), $"cuMemCreate({bytes} bytes, device {device})");
        return handle;
    }

    public void Release(ulong handle) => Check(_api.MemRelease(handle), $"cuMemRelease(0x{handle:x})");

    public void Map(ulong address, long bytes, ulong handle) =>
        Check(_api.MemMap(address, (nuint)bytes, 0, handle, 0), $"cuMemMap(0x{address:x}, {bytes} bytes, handle 0x{handle:x})");

    public void SetAccess(ulong address, long bytes, int device)
    {
        MemAccessDesc access = new()
        {
            Location = new MemLocation { Type = MemLocation.TypeDevice, Id = device },
            Flags = MemAccessDesc.ReadWrite,
        };
        Check(_api.MemSetAccess(address, (nuint)bytes, &access, 1), $"cuMemSetAccess(0x{address:x}, {bytes} bytes, device {device})");
    }

    public void Unmap(ulong address, long bytes) =>
        Check(_api.MemUnmap(address, (nuint)bytes), $"cuMemUnmap(0x{address:x}, {bytes} bytes)");

    public ulong Alloc(long bytes)
    {
        ulong address;
        Check(_api.MemAlloc(&address, (nuint)bytes), $"cuMemAlloc_v2({bytes} bytes)");
        return address;
    }

    public void Free(ulong address) => Check(_api.MemFree(address), $"cuMemFree_v2(0x{address:x})");

    public nint HostAlloc(long bytes)
    {
        nint pointer;
        Check(_api.MemHostAlloc(&pointer, (nuint)bytes, PortableHostMemory), $"cuMemHostAlloc({bytes} bytes)");
        return pointer;
    }

    public void HostFree(nint pointer) => Check(_api.MemFreeHost(pointer), $"cuMemFreeHost(0x{pointer:x})");

    public void HostRegister(nint pointer, long bytes) =>
        Check(_api.MemHostRegister(pointer, (nuint)bytes, PortableHostMemory), $"cuMemHostRegister_v2(0x{pointer:x}, {bytes} bytes)");

    public void HostUnregister(nint pointer) => Check(_api.MemHostUnregister(pointer), $"cuMemHostUnregister(0x{pointer:x})");

    public void CopyToDevice(ulong target, nint source, long bytes, nint stream) =>
        Check(_api.MemcpyHtoDAsync(target, source, (nuint)bytes, stream),
            $"cuMemcpyHtoDAsync_v2(0x{target:x}, 0x{source:x}, {bytes} bytes)");

    public void CopyToHost(nint target, ulong source, long bytes, nint stream) =>
        Check(_api.MemcpyDtoHAsync(target, source, (nuint)bytes, stream),
            $"cuMemcpyDtoHAsync_v2(0x{target:x}, 0x{source:x}, {bytes} bytes)");

    public void CopyOnDevice(ulong target, ulong source, long bytes, nint stream) =>
        Check(_api.MemcpyDtoDAsync(target, source, (nuint)bytes, stream),
            $"cuMemcpyDtoDAsync_v2(0x{target:x}, 0x{source:x}, {bytes} bytes)");

    public void Fill(ulong target, byte value, long bytes, nint stream) =>
        Check(_api.MemsetD8Async(target, value, (nuint)bytes, stream), $"cuMemsetD8Async(0x{target:x}, {value}, {bytes} bytes)");
}
