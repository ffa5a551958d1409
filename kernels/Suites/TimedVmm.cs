using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Passes virtual memory calls on and knows how long the last one took.</summary>
/// <param name="inner">Does the work.</param>
/// <param name="clock">Host time: these calls return when they are done.</param>
/// <param name="emptyNs">What two readings of the clock with nothing between them differ by.</param>
internal sealed class TimedVmm(IVmmCalls inner, IClock clock, long emptyNs) : IVmmCalls
{
    private long _start;

    /// <summary>Microseconds of the last call.</summary>
    public double LastUs { get; private set; }

    public long Granularity(int device) => inner.Granularity(device);

    public ulong AddressReserve(long bytes)
    {
        Start();
        ulong address = inner.AddressReserve(bytes);
        Stop();
        return address;
    }

    public void AddressFree(ulong address, long bytes)
    {
        Start();
        inner.AddressFree(address, bytes);
        Stop();
    }

    public ulong Create(long bytes, int device)
    {
        Start();
        ulong handle = inner.Create(bytes, device);
        Stop();
        return handle;
    }

    public void Release(ulong handle)
    {
        Start();
        inner.Release(handle);
        Stop();
    }

    public void Map(ulong address, long bytes, ulong handle)
    {
        Start();
        inner.Map(address, bytes, handle);
        Stop();
    }

    public void SetAccess(ulong address, long bytes, int device)
    {
        Start();
        inner.SetAccess(address, bytes, device);
        Stop();
    }

    public void Unmap(ulong address, long bytes)
    {
        Start();
        inner.Unmap(address, bytes);
        Stop();
    }

    private void Start() => _start = clock.NowNs;

    private void Stop() => LastUs = Math.Max(clock.NowNs - _start - emptyNs, 0) / 1e3;
}
