using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Memory;

/// <summary>Host memory for parked KV, and the link to it in each direction.</summary>
public sealed class HostKv(long capacityBytes, LinkCost toHost, LinkCost fromHost)
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

    /// <summary>What work of <paramref name="alonePs"/> on an idle link takes while the other direction has <paramref name="otherPs"/> of its own, both from now on.</summary>
    /// <remarks>Both run at the shared rate until the shorter one ends.</remarks>
    public long Beside(long alonePs, long otherPs)
    {
        long both = Math.Min(alonePs, otherPs);
        return both <= 0 ? alonePs : (long)Math.Round(both / toHost.BothDirectionsFactor) + alonePs - both;
    }

    /// <summary>Picoseconds to move <paramref name="bytes"/> to the host with nothing else on the link.</summary>
    public long ToHostPs(long bytes) => toHost.TransferPs(bytes);

    /// <summary>Picoseconds to move <paramref name="bytes"/> back with nothing else on the link.</summary>
    public long FromHostPs(long bytes) => fromHost.TransferPs(bytes);
}
