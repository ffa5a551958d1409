using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>ILGPU's context on a CUDA device. All driver calls of a measurement go through it: two contexts on a device take
/// turns.</summary>
public sealed class IlgpuDevice : IDisposable
{
    private readonly Context _context;
    private readonly CudaAccelerator _accelerator;

    private IlgpuDevice(Context context, CudaAccelerator accelerator) => (_context, _accelerator) = (context, accelerator);

    /// <summary>Opens device <paramref name="ordinal"/>.</summary>
    /// <exception cref="IlgpuUnavailableException">It does not open, or its first kernel does not do what its body does.</exception>
    public static IlgpuDevice Open(ICudaDriver driver, int ordinal)
    {
        DriverName.Resolve(driver.Name);
        Context? context = null;
        CudaAccelerator? accelerator = null;
        try
        {
            context = Context.Create(builder => builder.Cuda().Optimize(OptimizationLevel.O2));
            int devices = context.GetCudaDevices().Count;
            if (devices <= ordinal)
                throw new IlgpuUnavailableException($"ILGPU finds {devices} CUDA devices, the driver {driver.DeviceCount}");
            accelerator = context.CreateCudaAccelerator(ordinal);
            if (KernelAgreement.FirstDifference(accelerator) is string kernel)
                throw new IlgpuUnavailableException($"the {kernel} kernel that ILGPU compiles does not do what its body does");
            return new IlgpuDevice(context, accelerator);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            accelerator?.Dispose();
            context?.Dispose();
            // ILGPU fails with whatever the driver, the loader or its compiler threw: all of it means that it does not run here.
            throw fault as IlgpuUnavailableException
                ?? new IlgpuUnavailableException($"ILGPU does not open: {fault.GetBaseException().Message}", fault);
        }
    }

    /// <summary>The device for the driver's calls, in ILGPU's context.</summary>
    public GpuSession Session(ICudaDriver driver) => GpuSession.Adopt(driver, _accelerator.DeviceId, _accelerator.NativePtr);

    public IKernelBackend Kernels() => new IlgpuBackend(_accelerator);

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }
}
