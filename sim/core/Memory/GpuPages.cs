namespace ELLM.Sim.Memory;

/// <summary>Physical memory of one GPU that several engines take KV pages from, and the driver whose lock serialises their calls.</summary>
/// <remarks>
/// Pages of different engines have different sizes, so the pool counts bytes. An engine maps what it takes and returns what it
/// has unmapped: no byte belongs to two engines, and what they hold and what is free sum to <see cref="CapacityBytes"/>.
/// </remarks>
public sealed class GpuPages
{
    private long _driverFreePs;

    public GpuPages(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        CapacityBytes = FreeBytes = capacityBytes;
    }

    public long CapacityBytes { get; }

    public long FreeBytes { get; private set; }

    /// <summary>The instant of whatever happens next; set by <see cref="At"/>.</summary>
    public long NowPs { get; private set; }

    /// <summary>Bytes that the engines may keep mapped while they have no request: beyond the reach of the others.</summary>
    public long ReserveBytes { get; private set; }

    /// <summary>Time moves on to that instant.</summary>
    public void At(long nowPs) => NowPs = nowPs;

    /// <summary>An engine will keep up to that many bytes mapped for itself.</summary>
    public void Promise(long reserveBytes) => ReserveBytes += reserveBytes;

    public bool TryTake(long bytes)
    {
        if (bytes > FreeBytes)
            return false;
        FreeBytes -= bytes;
        return true;
    }

    public void Return(long bytes)
    {
        FreeBytes += bytes;
        if (FreeBytes > CapacityBytes)
            throw new InvalidOperationException($"{FreeBytes} of {CapacityBytes} bytes are free");
    }

    /// <summary>A driver call is made now and waits for those before it. Returns when it is done.</summary>
    public long Call(long durationPs)
    {
        _driverFreePs = Math.Max(NowPs, _driverFreePs) + durationPs;
        return _driverFreePs;
    }
}
