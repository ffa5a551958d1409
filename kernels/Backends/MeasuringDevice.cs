using ELLM.Sim.Kernels.Backends.Ilgpu;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Kernels.Backends;

/// <summary>Who compiles the kernels.</summary>
public enum BackendChoice
{
    /// <summary>ILGPU where it opens and agrees with the bodies, else the driver.</summary>
    Auto,

    /// <summary>ILGPU, from the bodies in C#.</summary>
    Ilgpu,

    /// <summary>The driver, from the PTX text in the library.</summary>
    Ptx,
}

/// <summary>A device, and the backend that runs the kernels on it.</summary>
public sealed class MeasuringDevice : IDisposable
{
    private readonly IlgpuDevice? _ilgpu;

    private MeasuringDevice(GpuSession session, IlgpuDevice? ilgpu) => (Session, _ilgpu) = (session, ilgpu);

    public GpuSession Session { get; }

    /// <summary>Opens device <paramref name="ordinal"/>.</summary>
    /// <param name="say">Told in one line why ILGPU is not used where it was tried.</param>
    /// <exception cref="CudaUnavailableException">No device that can be measured.</exception>
    /// <exception cref="IlgpuUnavailableException">ILGPU is asked for and does not run here.</exception>
    public static MeasuringDevice Open(ICudaDriver driver, int ordinal, BackendChoice choice, Action<string> say)
    {
        GpuSession.Require(driver, ordinal);
        IlgpuDevice? ilgpu = choice == BackendChoice.Ptx ? null : Ilgpu(driver, ordinal, choice, say);
        try
        {
            return new MeasuringDevice(ilgpu?.Session(driver) ?? GpuSession.Open(driver, ordinal), ilgpu);
        }
        catch
        {
            ilgpu?.Dispose();
            throw;
        }
    }

    /// <summary>The kernels to measure with.</summary>
    public IKernelBackend Kernels() => _ilgpu?.Kernels() ?? Ptx();

    /// <summary>The other backend on the same device, to be compared; null where there is none.</summary>
    public IKernelBackend? OtherKernels() => _ilgpu is null ? null : Ptx();

    public void Dispose()
    {
        Session.Dispose();
        _ilgpu?.Dispose();
    }

    private PtxBackend Ptx() => new(Session.Driver, Session.Facts.Multiprocessors);

    private static IlgpuDevice? Ilgpu(ICudaDriver driver, int ordinal, BackendChoice choice, Action<string> say)
    {
        try
        {
            return IlgpuDevice.Open(driver, ordinal);
        }
        catch (IlgpuUnavailableException fault) when (choice == BackendChoice.Auto)
        {
            say($"kernels as PTX through the driver: {fault.Message}");
            return null;
        }
    }
}
