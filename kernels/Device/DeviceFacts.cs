using System.Globalization;
using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Kernels.Device;

/// <summary>What the driver says about a device.</summary>
public sealed record DeviceFacts(
    string Name,
    int CapabilityMajor,
    int CapabilityMinor,
    int Multiprocessors,
    long L2Bytes,
    long TotalBytes,
    long GranularityBytes,
    bool HasVirtualMemory,
    int CopyEngines,
    double PeakGbPerS,
    int DriverVersion)
{
    public string Capability => string.Create(CultureInfo.InvariantCulture, $"{CapabilityMajor}.{CapabilityMinor}");

    /// <summary>The CUDA version the driver supports: 13000 is 13.0.</summary>
    public string Cuda => string.Create(CultureInfo.InvariantCulture, $"{DriverVersion / 1000}.{DriverVersion % 1000 / 10}");

    /// <summary>Reads a device without making a context on it.</summary>
    public static DeviceFacts Read(ICudaDriver driver, int device)
    {
        bool vmm = driver.Attribute(DeviceAttribute.VirtualMemoryManagement, device) != 0;

        // Two transfers a clock: double data rate. Newer devices report no clock, then the peak is unknown and left at zero.
        double peak = 2.0 * driver.Attribute(DeviceAttribute.MemoryClockKhz, device) * 1e3
            * driver.Attribute(DeviceAttribute.MemoryBusBits, device) / 8 / 1e9;
        return new DeviceFacts(
            driver.DeviceName(device),
            driver.Attribute(DeviceAttribute.CapabilityMajor, device),
            driver.Attribute(DeviceAttribute.CapabilityMinor, device),
            driver.Attribute(DeviceAttribute.MultiprocessorCount, device),
            driver.Attribute(DeviceAttribute.L2Bytes, device),
            driver.TotalMemory(device),
            vmm ? driver.Granularity(device) : 0,
            vmm,
            driver.Attribute(DeviceAttribute.AsyncEngines, device),
            peak,
            driver.Version);
    }
}
