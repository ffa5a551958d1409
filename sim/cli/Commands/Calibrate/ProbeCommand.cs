using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate probe</c>: is there a device, and what is it.</summary>
internal static class ProbeCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string?> device = DeviceOption.Create();
        Command command = new("probe", "Say which CUDA driver and device there are.") { device };
        command.SetAction(parsed => CalibrateCommand.WithDriver(driver => Run(terminal, driver, DeviceOption.Of(parsed.GetValue(device)))));
        return command;
    }

    private static int Run(Terminal terminal, ICudaDriver driver, int ordinal)
    {
        DeviceFacts facts = DeviceFacts.Read(driver, GpuSession.Find(driver, ordinal));
        CalibratedHost host = HostFacts.Read(facts.Cuda);
        CultureInfo plain = CultureInfo.InvariantCulture;
        TextTable table = new(["fact", "value"], "value");
        table.Add(["driver library", driver.Name]);
        table.Add(["driver version", host.Driver]);
        table.Add(["CUDA of the driver", facts.Cuda]);
        table.Add(["devices", driver.DeviceCount.ToString(plain)]);
        table.Add(["device", facts.Name]);
        table.Add(["compute capability", facts.Capability]);
        table.Add(["multiprocessors", facts.Multiprocessors.ToString(plain)]);
        table.Add(["L2 cache", string.Create(plain, $"{facts.L2Bytes / (1 << 20)} MiB")]);
        table.Add(["memory", ShortText.Gib(facts.TotalBytes)]);
        table.Add(["copy engines", facts.CopyEngines.ToString(plain)]);
        table.Add(["virtual memory management", facts.HasVirtualMemory ? "yes" : "no"]);
        table.Add(["granularity", string.Create(plain, $"{facts.GranularityBytes >> 10} KiB")]);
        table.Add(["host", $"{host.Os}; {host.Cpu}{(host.Virtualised == true ? "; virtual machine" : "")}"]);
        table.Write(terminal.Out);
        return ExitCode.Done;
    }
}
