using ELLM.Sim.Kernels;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>Whatever call fails, nothing stays behind: no reservation, handle, mapping, buffer, stream, event, module or context.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class FailureInjectionTests
{
    private const int Unknown = 30;

    /// <summary>Just enough for four threads with a chunk each.</summary>
    private const long SmallDevice = 16 << 20;

    /// <summary>One visit with one sample each: every call of the suites, as few times as possible.</summary>
    private static readonly MeasureOptions Once = new(TimeSpan.FromDays(1))
    {
        VisitSamples = 1,
        WarmupSamples = 0,
        MinRounds = 1,
        MinSamples = 1,
        Precision = double.PositiveInfinity,
    };

    [Test]
    public void Every_call_of_the_memory_suites_can_fail_without_a_leak()
    {
        long calls = CallsOf("vmm", "pinned", "interference");
        List<string> wrong = [];
        int failed = 0;
        for (long k = 1; k <= calls; k++)
        {
            using FakeCuda fake = new(SmallDevice);
            fake.FailAt(k, Unknown);
            failed += Judge(fake, $"call {k}", wrong, "vmm", "pinned", "interference") ? 1 : 0;
        }
        TestContext.Out.WriteLine($"{failed} of {calls} failures stopped the run");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong, Is.Empty);
            Assert.That(failed, Is.GreaterThan(calls * 9 / 10), "a failed call must not go unnoticed");
        }
    }

    [Test]
    public void Every_kind_of_call_of_all_suites_can_fail_first_or_last_without_a_leak()
    {
        Dictionary<string, int> counts = [];
        using (FakeCuda fake = new(SmallDevice))
        {
            Run("vmm", "copy", "kernels", "pinned", "interference");
            foreach (string name in fake.Log)
                counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        List<string> wrong = [];
        foreach ((string name, int count) in counts)
        {
            foreach (int occurrence in (int[])[1, count])
            {
                using FakeCuda fake = new(SmallDevice);
                fake.FailAt(name, occurrence, Unknown);
                Judge(fake, $"{name} number {occurrence}", wrong, "vmm", "copy", "kernels", "pinned", "interference");
            }
        }
        Assert.That(wrong, Is.Empty);
    }

    private static long CallsOf(params string[] suites)
    {
        using FakeCuda fake = new(SmallDevice);
        Run(suites);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fake.BrokenRule, Is.Empty);
            Assert.That(fake.Leaks, Is.Empty);
        }
        return fake.Calls;
    }

    /// <summary>Threads meet the failing call in any order, so a late failure may not happen at all; leaks must not either way.</summary>
    private static bool Judge(FakeCuda fake, string which, List<string> wrong, params string[] suites)
    {
        bool stopped = false;
        try
        {
            Run(suites);
        }
        catch (Exception fault) when (fault is CudaException or CudaUnavailableException)
        {
            stopped = true;
        }
        if (fake.Leaks.Length > 0 || fake.BrokenRule.Length > 0 || fake.UsedBytes != 0)
            wrong.Add($"{which}: {fake.Leaks} {fake.BrokenRule} {fake.UsedBytes} bytes");
        return stopped;
    }

    private static void Run(params string[] suites)
    {
        using CudaDriver driver = CudaDriver.Open();
        using GpuSession session = GpuSession.Open(driver, 0);
        Measurement.Run(session, gpu => new PtxBackend(gpu.Driver, gpu.Facts.Multiprocessors), new SteppingClock(200_000_000), suites, Once,
            "test");
    }
}
