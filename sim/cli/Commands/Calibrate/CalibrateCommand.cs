using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Kernels.Backends.Ilgpu;
using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate</c>: from a CUDA device to a profile the simulator uses.</summary>
internal static class CalibrateCommand
{
    public static Command Create(Terminal terminal) =>
        new Command("calibrate", "Measure a CUDA device, fit a calibration profile, look at profiles.")
        {
            ProbeCommand.Create(terminal),
            MeasureCommand.Create(terminal),
            CheckKernelsCommand.Create(terminal),
            FitCommand.Create(terminal),
            ShowCommand.Create(terminal),
            ValidateProfilesCommand.Create(terminal),
            MergeCommand.Create(terminal),
            SensitivityCommand.Create(terminal),
        }.WithExamples(
            "ellm calibrate probe                             # is there a device",
            "ellm calibrate measure --minutes 8 --out raw.csv",
            "ellm calibrate fit raw.csv --base h200 --out my-h200.json",
            "ellm compare --profile my-h200.json --gpu h200",
            "ellm calibrate sensitivity chat --policy ellm     # which cost matters most");

    /// <summary>Failures of the driver are the machine's: one line and exit code 2, not a bug of this program.</summary>
    public static T WithDriver<T>(Func<ICudaDriver, T> work)
    {
        try
        {
            using CudaDriver driver = CudaDriver.Open();
            return work(driver);
        }
        catch (Exception fault) when (fault is CudaUnavailableException or CudaException or IlgpuUnavailableException)
        {
            throw new InputException(fault.Message, fault);
        }
    }
}
