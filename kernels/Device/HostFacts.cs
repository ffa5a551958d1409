using System.Globalization;
using System.Runtime.InteropServices;
using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Kernels.Device;

/// <summary>What is known about the machine around the device.</summary>
public static class HostFacts
{
    public static CalibratedHost Read(string cuda) =>
        new(RuntimeInformation.OSDescription.Trim(), Cpu(), DriverVersion(), cuda, IsVirtualised());

    private static string Cpu()
    {
        string? model = Lines("/proc/cpuinfo")
            .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault();
        string name = model ?? RuntimeInformation.ProcessArchitecture.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{name}, {Environment.ProcessorCount} threads");
    }

    /// <summary>The kernel module's version; "unknown" where it does not say.</summary>
    private static string DriverVersion()
    {
        string? line = Lines("/proc/driver/nvidia/version").FirstOrDefault();
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.Length > 0 && char.IsAsciiDigit(word[0]))
            ?? "unknown";
    }

    private static bool? IsVirtualised()
    {
        string? flags = Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal));
        return flags?.Split(' ').Contains("hypervisor");
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
