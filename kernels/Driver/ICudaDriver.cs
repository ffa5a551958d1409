namespace ELLM.Sim.Kernels.Driver;

/// <summary>The driver calls that measuring needs, one method a call; a failing one throws <see cref="CudaException"/>.</summary>
/// <remarks>Handles are the driver's own: addresses, handles and pointers as integers.</remarks>
public interface ICudaDriver : IVmmCalls, IDisposable
{
    /// <summary>What answers: the path of the library, or a fake's name.</summary>
    string Name { get; }

    int Version { get; }

    int DeviceCount { get; }

    int Device(int ordinal);

    string DeviceName(int device);

    int Attribute(DeviceAttribute attribute, int device);

    long TotalMemory(int device);

    nint RetainPrimaryContext(int device);

    void ReleasePrimaryContext(int device);

    /// <summary>Makes a context current on the calling thread.</summary>
    void SetCurrent(nint context);

    void Synchronize();

    (long Free, long Total) MemoryInfo();

    ulong Alloc(long bytes);

    void Free(ulong address);

    nint HostAlloc(long bytes);

    void HostFree(nint pointer);

    void HostRegister(nint pointer, long bytes);

    void HostUnregister(nint pointer);

    void CopyToDevice(ulong target, nint source, long bytes, nint stream);

    void CopyToHost(nint target, ulong source, long bytes, nint stream);

    void CopyOnDevice(ulong target, ulong source, long bytes, nint stream);

    /// <summary>Fills with one byte value.</summary>
    void Fill(ulong target, byte value, long bytes, nint stream);

    /// <summary>A stream that does not wait for the default one.</summary>
    nint StreamCreate();

    void StreamDestroy(nint stream);

    void StreamSynchronize(nint stream);

    nint EventCreate();

    void EventDestroy(nint e);

    void EventRecord(nint e, nint stream);

    void EventSynchronize(nint e);

    /// <summary>True when everything before the event has finished.</summary>
    bool EventIsDone(nint e);

    /// <summary>Device time between two finished events.</summary>
    double EventElapsedMs(nint start, nint end);

    /// <summary>Compiles PTX text for the current device.</summary>
    nint ModuleLoad(string ptx);

    void ModuleUnload(nint module);

    nint ModuleFunction(nint module, string name);

    /// <param name="function">From <see cref="ModuleFunction"/>.</param>
    /// <param name="shape">Grid and block.</param>
    /// <param name="stream">Where to enqueue.</param>
    /// <param name="arguments">One 64-bit word an argument; narrower arguments take its low part (little-endian).</param>
    void Launch(nint function, LaunchShape shape, nint stream, ReadOnlySpan<ulong> arguments);
}
