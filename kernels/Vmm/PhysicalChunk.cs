using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Kernels.Vmm;

/// <summary>Physical memory of one handle. Dispose after the last mapping is gone: it would live on behind it otherwise.</summary>
public sealed class PhysicalChunk : IDisposable
{
    private readonly IVmmCalls _driver;
    private bool _held = true;

    private PhysicalChunk(IVmmCalls driver, long bytes, ulong handle)
    {
        _driver = driver;
        Bytes = bytes;
        Handle = handle;
    }

    public long Bytes { get; }

    public ulong Handle { get; }

    public static PhysicalChunk Create(IVmmCalls driver, long bytes, int device) =>
        new(driver, bytes, driver.Create(bytes, device));

    public void Release()
    {
        ObjectDisposedException.ThrowIf(!_held, this);
        _driver.Release(Handle);
        _held = false;
    }

    public void Dispose()
    {
        if (!_held)
            return;
        Cleanup cleanup = new();
        cleanup.Try(Release);
        _held = false;
        cleanup.Finish();
    }
}
