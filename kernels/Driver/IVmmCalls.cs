namespace ELLM.Sim.Kernels.Driver;

/// <summary>The driver's virtual memory management calls.</summary>
/// <remarks>
/// Rules (cuda.h): sizes and addresses are multiples of the granularity; a mapping covers a whole handle and cannot be used before
/// <see cref="SetAccess"/>; <see cref="Unmap"/> takes whole mappings; memory is freed when its handle is released and its last
/// mapping is gone. None of these calls waits for running kernels: the caller that unmaps must have drained them.
/// </remarks>
public interface IVmmCalls
{
    /// <summary>The smallest granularity of physical memory on the device.</summary>
    long Granularity(int device);

    ulong AddressReserve(long bytes);

    void AddressFree(ulong address, long bytes);

    ulong Create(long bytes, int device);

    void Release(ulong handle);

    void Map(ulong address, long bytes, ulong handle);

    void SetAccess(ulong address, long bytes, int device);

    void Unmap(ulong address, long bytes);
}
