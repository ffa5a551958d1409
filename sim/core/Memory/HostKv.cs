namespace ELLM.Sim.Memory;

/// <summary>Host memory for parked KV, and the link to it.</summary>
public sealed class HostKv(long capacityBytes, double bytesPerSecond, long latencyPs)
{
    public long CapacityBytes { get; } = capacityBytes;

    public long UsedBytes { get; private set; }

    public bool Fits(long bytes) => UsedBytes + bytes <= CapacityBytes;

    public void Take(long bytes)
    {
        if (!Fits(bytes))
            throw new InvalidOperationException($"parking {bytes} bytes on the host but {CapacityBytes - UsedBytes} are free");
        UsedBytes += bytes;
    }

    public void Return(long bytes)
    {
        if (bytes > UsedBytes)
            throw new InvalidOperationException($"returning {bytes} host bytes but {UsedBytes} are used");
        UsedBytes -= bytes;
    }

    /// <summary>Picoseconds to move <paramref name="bytes"/> in one direction with nothing else on the link.</summary>
    public long TransferPs(long bytes) => latencyPs + (long)Math.Round(bytes * 1e12 / bytesPerSecond);
}
