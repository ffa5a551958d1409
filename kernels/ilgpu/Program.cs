using System.Globalization;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Suites;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ELLM.Sim.Kernels.Ilgpu;

/// <summary><c>ellm-ilgpu check</c> and <c>ellm-ilgpu measure</c>.</summary>
internal static class Program
{
    private const string Usage = "usage: ellm-ilgpu check | ellm-ilgpu measure [--minutes M] [--suites A,B] [--seed N] [--device N] [--out FILE]";
    private const int Done = 0;
    private const int WrongResult = 1;
    private const int BadInput = 2;

    private static int Main(string[] args)
    {
        try
        {
            return args switch
            {
                ["check"] => Check(),
                ["measure", .. string[] rest] => Measure(Options(rest)),
                _ => throw new InputException(Usage),
            };
        }
        catch (Exception fault) when (fault is InputException or CudaUnavailableException or Driver.CudaException)
        {
            Console.Error.WriteLine($"ellm-ilgpu: {fault.Message.ReplaceLineEndings(" ")}");
            return BadInput;
        }
    }

    private static int Check()
    {
        string? wrong = CpuCheck.FirstDifference();
        Console.Out.WriteLine(wrong is null ? "all kernels agree with their bodies" : $"the {wrong} kernel differs from its body");
        return wrong is null ? Done : WrongResult;
    }

    private static int Measure(Dictionary<string, string> options)
    {
        string path = options.GetValueOrDefault("--out", "calibration-raw-ilgpu.csv");
        if (File.Exists(path))
            throw new InputException($"{path}: exists");
        MeasureOptions how = new(
            TimeSpan.FromMinutes(Number(options, "--minutes", 8)),
            (ulong)Number(options, "--seed", 1));
        string[] suites = options.TryGetValue("--suites", out string? list) ? list.Split(',') : [.. SuiteCatalog.Names];
        int ordinal = (int)Number(options, "--device", 0);

        using CudaDriver driver = CudaDriver.Open();
        DriverName.Resolve(driver.Name);
        using Context context = Context.Create(builder => builder.Cuda().Optimize(OptimizationLevel.O2));
        if (context.GetCudaDevices().Count <= ordinal)
            throw new CudaUnavailableException($"ILGPU found {context.GetCudaDevices().Count} CUDA devices, the driver {driver.DeviceCount}");
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(ordinal);

        // One context for everything: two on a device would take turns.
        using GpuSession session = GpuSession.Adopt(driver, accelerator.DeviceId, accelerator.NativePtr);
        Console.Error.WriteLine($"measuring {session.Facts.Name} through ILGPU");
        RawFile raw = Measurement.Run(session, _ => new IlgpuBackend(accelerator), new HostClock(), suites, how, "ellm-ilgpu");
        File.WriteAllText(path, raw.ToText());
        Console.Error.WriteLine($"{raw.Samples.Count} samples in {path}; now: ellm calibrate fit {path}");
        return Done;
    }

    private static Dictionary<string, string> Options(string[] args)
    {
        string[] known = ["--minutes", "--suites", "--seed", "--device", "--out"];
        if (args.Length % 2 != 0)
            throw new InputException(Usage);
        Dictionary<string, string> options = [];
        for (int i = 0; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i]))
                throw new InputException($"unknown option '{args[i]}'; {Usage}");
            options[args[i]] = args[i + 1];
        }
        return options;
    }

    private static double Number(Dictionary<string, string> options, string name, double otherwise)
    {
        if (!options.TryGetValue(name, out string? text))
            return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0
            ? value
            : throw new InputException($"{name}: expected a number, found '{text}'");
    }
}
