namespace ELLM.Sim.Kernels.Backends;

/// <summary>The calibration kernels behind raw device addresses, however they are compiled.</summary>
/// <remarks>Byte counts are multiples of 16, page sizes powers of two of at least 16; tables hold 32-bit page numbers.</remarks>
public interface IKernelBackend : IDisposable
{
    /// <summary>For the profile: <c>driver-ptx</c>, <c>ilgpu 1.5.3</c>.</summary>
    string Name { get; }

    /// <summary>Threads of a reading kernel: words it writes.</summary>
    int ReadThreads { get; }

    void Empty(nint stream);

    void Touch(nint stream, ulong address, long bytes, long strideBytes, uint value);

    void Copy(nint stream, ulong source, ulong target, long bytes);

    void Gather(nint stream, ulong source, ulong target, ulong table, long pageBytes, long bytes);

    void ReadContiguous(nint stream, ulong source, ulong folded, long bytes);

    void ReadPaged(nint stream, ulong source, ulong table, ulong folded, long pageBytes, long bytes);
}
