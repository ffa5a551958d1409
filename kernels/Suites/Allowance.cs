using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>How the device memory that may be used is divided.</summary>
/// <param name="ArenaBytes">Each of the two buffers that copies and kernels work on.</param>
/// <param name="ChunkBytes">What the virtual memory suite may hold at a time.</param>
/// <param name="PinnedBytes">Each of the two pinned host buffers.</param>
public sealed record Allowance(long ArenaBytes, long ChunkBytes, long PinnedBytes)
{
    private const long Mib = 1 << 20;

    /// <summary>Larger buffers would not make a copy or a kernel any more bandwidth-bound.</summary>
    private const long LargestArena = 2048 * Mib;

    private const long LargestPinned = 512 * Mib;

    /// <summary>Three quarters of what is free: a quarter of it for each buffer at most, the rest for chunks.</summary>
    public static Allowance Of(long freeBytes, long granularity)
    {
        long usable = (long)(freeBytes * MeasureOptions.MemoryShare);
        long arena = Math.Min(usable / 4, LargestArena) / granularity * granularity;
        if (arena == 0)
            throw new Driver.CudaUnavailableException($"only {freeBytes / Mib} MiB of device memory are free: too little to measure with");
        return new Allowance(arena, usable - (2 * arena), Math.Min(arena, LargestPinned));
    }
}
