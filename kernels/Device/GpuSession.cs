using System.Globalization;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Device;

/// <summary>One device with its primary context current on the thread that opened it.</summary>
public sealed class GpuSession : IDisposable
{
    private const int LowestCapability = 8;

    private readonly nint _context;
    private readonly bool _retained;

    private GpuSession(ICudaDriver driver, int device, DeviceFacts facts, nint context, bool retained)
    {
        _retained = retained;
        Driver = driver;
        Device = device;
        Facts = facts;
        _context = context;
    }

    public ICudaDriver Driver { get; }

    public int Device { get; }

    public DeviceFacts Facts { get; }

    /// <summary>Whether device <paramref name="ordinal"/> can be measured, without making a context on it.</summary>
    /// <exception cref="CudaUnavailableException">As for <see cref="Open"/>.</exception>
    public static void Require(ICudaDriver driver, int ordinal) => Suitable(driver, Find(driver, ordinal));

    /// <summary>Opens device <paramref name="ordinal"/>.</summary>
    /// <exception cref="CudaUnavailableException">No such device, or one without virtual memory management or too old for the
    /// kernels.</exception>
    public static GpuSession Open(ICudaDriver driver, int ordinal)
    {
        int device = Find(driver, ordinal);
        DeviceFacts facts = Suitable(driver, device);
        nint context = driver.RetainPrimaryContext(device);
        try
        {
            driver.SetCurrent(context);
            return new GpuSession(driver, device, facts, context, retained: true);
        }
        catch
        {
            new Cleanup().Try(() => driver.ReleasePrimaryContext(device));
            throw;
        }
    }

    /// <summary>Works in a context that is made and destroyed elsewhere.</summary>
    public static GpuSession Adopt(ICudaDriver driver, int device, nint context)
    {
        DeviceFacts facts = Suitable(driver, device);
        driver.SetCurrent(context);
        return new GpuSession(driver, device, facts, context, retained: false);
    }

    /// <summary>The device of that number.</summary>
    public static int Find(ICudaDriver driver, int ordinal)
    {
        int count = driver.DeviceCount;
        if (count == 0)
            throw new CudaUnavailableException("the CUDA driver found no device");
        return ordinal < count
            ? driver.Device(ordinal)
            : throw new CudaUnavailableException(
                string.Create(CultureInfo.InvariantCulture, $"there is no device {ordinal}: the driver found {count}"));
    }

    /// <summary>Makes the session's context current on another thread.</summary>
    public void Bind() => Driver.SetCurrent(_context);

    public void Dispose()
    {
        if (!_retained)
            return;
        Cleanup cleanup = new();
        cleanup.Try(() => Driver.SetCurrent(0));
        cleanup.Try(() => Driver.ReleasePrimaryContext(Device));
        cleanup.Finish();
    }

    private static DeviceFacts Suitable(ICudaDriver driver, int device)
    {
        DeviceFacts facts = DeviceFacts.Read(driver, device);
        if (!facts.HasVirtualMemory)
            throw new CudaUnavailableException($"{facts.Name} has no virtual memory management: there is nothing to measure");
        if (facts.CapabilityMajor < LowestCapability)
            throw new CudaUnavailableException($"{facts.Name} has compute capability {facts.Capability}: the kernels need 8.0");
        return facts;
    }
}
