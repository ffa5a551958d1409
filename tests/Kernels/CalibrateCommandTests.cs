using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Plots;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The command line against the fake driver: the whole path, and one clear line for whatever is missing.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class CalibrateCommandTests
{
    private const int OutOfMemory = 2;
    private const int IllegalAddress = 700;

    [Test]
    public void Probe_fake_device_says_what_it_is()
    {
        using FakeCuda fake = new();
        (int code, string output, string error) = Ellm.Run("calibrate", "probe");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(output, Does.Contain("Fake GPU").And.Contain("12.6").And.Contain("2048 KiB"));
            Assert.That(fake.BrokenRule, Is.Empty);
        }
    }

    [Test]
    public void Measure_then_fit_gives_a_valid_profile_of_the_fakes_costs()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        (int measured, string nothing, string said) = Ellm.Run("calibrate", "measure", "--minutes", "0.05", "--out", folder.In("raw.csv"));
        Assert.That((measured, nothing), Is.EqualTo((0, "")), said);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fake.BrokenRule, Is.Empty);
            Assert.That(fake.Leaks, Is.Empty);
            Assert.That(fake.UsedBytes, Is.Zero);
        }

        (int fitted, string table, string talk) =
            Ellm.Run("calibrate", "fit", folder.In("raw.csv"), "--base", "a100-80", "--out", folder.In("mine.json"), "--figures",
                folder.In("figures"));
        Assert.That(fitted, Is.Zero, talk);
        foreach (string figure in (string[])["calibration", "calibration-residuals"])
        {
            SvgPage page = new(File.ReadAllText(folder.In($"figures/{figure}.svg")));
            Assert.That(page.Texts.Select(t => t.Text), Does.Contain("vmm.map").And.Contain("copy.h2d.pinned"));
            Assert.That(page.Overlaps(), Is.Empty);
            Assert.That(page.OutsideTheFrame(), Is.Empty);
        }
        CalibrationProfile profile = CalibrationCatalog.Load(folder.In("mine.json"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(table, Does.Contain("measured"));
            Assert.That(profile.Name, Is.EqualTo("mine"));
            Assert.That(profile.Device.Name, Is.EqualTo("Fake GPU"));
            Assert.That(profile.Kinds, Does.Contain(ProvenanceKind.Measured));
            Assert.That(profile.Run!.RawSha256, Has.Length.EqualTo(64));
            Assert.That(Ellm.Run("calibrate", "validate", folder.In("mine.json")).Code, Is.Zero);
            Assert.That(Ellm.Run("calibrate", "show", folder.In("mine.json")).Out, Does.Contain("vmm.set_access"));
        }
    }

    [Test]
    public void Measure_copy_suite_fits_the_fakes_copy_costs()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        (int measured, _, string said) =
            Ellm.Run("calibrate", "measure", "--suites", "copy", "--minutes", "0.05", "--out", folder.In("raw.csv"));
        Assert.That(measured, Is.Zero, said);
        Assert.That(Ellm.Run("calibrate", "fit", folder.In("raw.csv"), "--out", folder.In("mine.json")).Code, Is.Zero);
        CostCoefficients copy = CalibrationCatalog.Load(folder.In("mine.json")).Ops["copy.h2d.pinned"].Cost;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(copy.FixedUs, Is.EqualTo(2).Within(1).Percent, "2 us a copy on the fake's clock");
            Assert.That(DeviceCosts.GbPerS(copy.PerMibUs), Is.EqualTo(25).Within(1).Percent, "25 GB/s");
        }
    }

    [Test]
    public void Fit_same_raw_file_gives_the_same_bytes()
    {
        using FakeCuda fake = new(64 << 20);
        using ScratchFolder folder = new();
        Assert.That(Ellm.Run("calibrate", "measure", "--suites", "vmm", "--minutes", "0.01", "--out", folder.In("raw.csv")).Code, Is.Zero);
        foreach (string name in (string[])["a.json", "b.json"])
            Assert.That(Ellm.Run("calibrate", "fit", folder.In("raw.csv"), "--name", "mine", "--out", folder.In(name)).Code, Is.Zero);
        Assert.That(File.ReadAllText(folder.In("a.json")), Is.EqualTo(File.ReadAllText(folder.In("b.json"))));
    }

    [TestCase("probe")]
    [TestCase("measure")]
    public void Missing_library_is_one_line(string command)
    {
        string? before = Environment.GetEnvironmentVariable(CudaLibrary.OverrideVariable);
        try
        {
            Environment.SetEnvironmentVariable(CudaLibrary.OverrideVariable, "/nowhere/libcuda.so.1");
            OneLine("no CUDA driver: ELLM_CUDA_DRIVER=/nowhere/libcuda.so.1 cannot be loaded", "calibrate", command);
        }
        finally
        {
            Environment.SetEnvironmentVariable(CudaLibrary.OverrideVariable, before);
        }
    }

    [Test]
    public void Missing_symbol_is_one_line_that_names_it()
    {
        using FakeCuda fake = new();
        string old = FakeCuda.Build("liboldcuda.so", without: "vmm.c")!;
        Environment.SetEnvironmentVariable(CudaLibrary.OverrideVariable, old);
        OneLine("has no cuMemGetAllocationGranularity", "calibrate", "probe");
    }

    [Test]
    public void No_device_is_one_line()
    {
        using FakeCuda fake = new();
        fake.Set(FakeCuda.Devices, 0);
        OneLine("the CUDA driver found no device", "calibrate", "probe");
        fake.Set(FakeCuda.Devices, -1);
        OneLine("the CUDA driver found no device: CUDA_ERROR_NO_DEVICE (100)", "calibrate", "probe");
        fake.Set(FakeCuda.Devices, 1);
        OneLine("there is no device 3: the driver found 1", "calibrate", "probe", "--device", "3");
    }

    [Test]
    public void Unsuitable_device_is_one_line()
    {
        using FakeCuda fake = new();
        fake.Set(FakeCuda.VirtualMemory, 0);
        OneLine("has no virtual memory management", "calibrate", "measure");
        fake.Set(FakeCuda.VirtualMemory, 1);
        fake.Set(FakeCuda.Capability, 75);
        OneLine("compute capability 7.5: the kernels need 8.0", "calibrate", "measure");
    }

    [Test]
    public void Out_of_memory_names_call_and_arguments()
    {
        using FakeCuda fake = new();
        fake.FailAt("cuMemCreate", 1, OutOfMemory);
        OneLine("CUDA_ERROR_OUT_OF_MEMORY (2): out of memory, in cuMemCreate(2097152 bytes, device 0)", "calibrate", "measure", "--suites",
            "vmm");
        Assert.That(fake.Leaks, Is.Empty);
    }

    [Test]
    public void Lost_context_is_one_line()
    {
        using FakeCuda fake = new();
        fake.Set(FakeCuda.Sticky, 1);
        fake.FailAt("cuLaunchKernel", 20, IllegalAddress);
        OneLine("CUDA_ERROR_ILLEGAL_ADDRESS (700)", "calibrate", "measure", "--suites", "kernels");
    }

    [Test]
    public void Too_little_memory_is_one_line()
    {
        using FakeCuda fake = new(4 << 20);
        OneLine("only 4 MiB of device memory are free", "calibrate", "measure");
        Assert.That(fake.Leaks, Is.Empty);
    }

    [Test]
    public void Rejected_PTX_carries_the_drivers_log()
    {
        using FakeCuda fake = new();
        fake.FailAt("cuModuleLoadDataEx", 1, 218);
        OneLine("CUDA_ERROR_INVALID_PTX (218)", "calibrate", "measure");
        Assert.That(fake.Leaks, Is.Empty);
    }

    [TestCase("unknown suite 'vm' (did you mean 'vmm'?)", "measure", "--suites", "vm")]
    [TestCase("--minutes: expected a positive number", "measure", "--minutes", "0")]
    [TestCase("--device: expected a number", "probe", "--device", "first")]
    public void Wrong_options_are_one_line(string expected, params string[] args)
    {
        using FakeCuda fake = new();
        OneLine(expected, ["calibrate", .. args]);
        Assert.That(fake.Leaks, Is.Empty);
    }

    private static void OneLine(string expected, params string[] args)
    {
        using ScratchFolder folder = new();
        string[] all = args[1] == "measure" ? [.. args, "--out", folder.In("raw.csv")] : args;
        (int code, string output, string error) = Ellm.Run(all);
        string last = error.TrimEnd('\n').Split('\n')[^1];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(2), error);
            Assert.That(last, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(output, Is.Empty);
            Assert.That(folder.Entries(), Is.Empty);
        }
    }
}
