using System.Diagnostics;

namespace ELLM.Sim.Kernels.Measure;

/// <summary>Host time; tests bring their own.</summary>
public interface IClock
{
    /// <summary>Nanoseconds since some start.</summary>
    long NowNs { get; }

    /// <summary>Garbage collections so far: each halts this process, and the clock goes on. A virtual clock knows none.</summary>
    int Collections => 0;
}

/// <summary>The machine's monotonic clock.</summary>
public sealed class HostClock : IClock
{
    private static readonly double NsPerTick = 1e9 / Stopwatch.Frequency;

    public long NowNs => (long)(Stopwatch.GetTimestamp() * NsPerTick);

    public int Collections => GC.CollectionCount(0);
}
