using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels;
using ELLM.Sim.Kernels.Device;
using ELLM.Sim.Kernels.Fit;
using ELLM.Sim.Kernels.Measure;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>The protocol on a device whose costs are known, in virtual time.</summary>
[TestFixture]
internal sealed class MeasurementTests
{
    private static readonly string[] AllButThreads = ["vmm", "copy", "kernels", "pinned"];

    [Test]
    public void Fit_known_costs_are_recovered_within_one_percent()
    {
        CalibrationProfile profile = Profile(new VirtualDriver(), AllButThreads);
        using (Assert.EnterMultipleScope())
        {
            Near(profile, CalibratedOp.VmmReserve, 2, 0, 0);
            Near(profile, CalibratedOp.VmmCreate, 30, 0, 0.5);
            Near(profile, CalibratedOp.VmmMap, 2, 0, 0);
            Near(profile, CalibratedOp.VmmRelease, 23, 0, 0);
            Near(profile, CalibratedOp.VmmAddressFree, 1.5, 0, 0);
            Near(profile, CalibratedOp.VmmUnmap, 25, 0, 1);
            Near(profile, CalibratedOp.CopyHostToDevicePinned, 2.5, 0, 1048.576 / 50);
            Near(profile, CalibratedOp.CopyDeviceToHostPinned, 3.5, 0, 1048.576 / 40);
            Near(profile, CalibratedOp.CopyDeviceToDevice, 3, 0, 1048.576 / 2000);
            Near(profile, CalibratedOp.KernelKvReadContiguous, 4, 0, 1048.576 / 3800);
            Near(profile, CalibratedOp.PinnedAlloc, 100, 0, 330);
            Near(profile, CalibratedOp.PinnedRegister, 50, 0, 150);
            Assert.That(new DeviceCosts(profile).MedianPs(CalibratedOp.VmmSetAccess, 2 << 20, 16),
                Is.EqualTo((33 + 4 + 48) * 1e6).Within(1).Percent);
            Assert.That(profile.Run!.Flags, Is.Empty);
            Assert.That(profile.Kinds, Is.EqualTo(new[] { ProvenanceKind.Measured }));
        }
    }

    [Test]
    public void Fit_spikes_are_counted_and_do_not_move_the_median()
    {
        CalibrationProfile profile = Profile(new VirtualDriver { SpikeEvery = 23 }, ["vmm"]);
        using (Assert.EnterMultipleScope())
        {
            Near(profile, CalibratedOp.VmmCreate, 30, 0, 0.5);
            Assert.That(profile.Ops["vmm.create"].Fit!.Spikes, Is.Positive);
            Assert.That(profile.Ops["vmm.create"].Quantiles!.Max, Is.GreaterThan(15));
            Assert.That(profile.Run!.Flags, Does.Contain("spikes:vmm.create"));
        }
    }

    [Test]
    public void Fit_drifting_device_is_flagged()
    {
        // A few per cent slower with every second: the rounds of a run see it, one visit does not.
        VirtualDriver driver = new() { DriftPerMinute = 40, Noise = 0.2 };
        CalibrationProfile profile = Profile(driver, ["vmm"]);
        Assert.That(profile.Run!.Flags, Does.Contain("drift:vmm.create"));
    }

    [Test]
    public void Fit_cost_that_is_not_a_line_is_stored_as_a_table()
    {
        VirtualDriver driver = new()
        {
            Cost = (call, items, mib) =>
            call == "create" ? (mib < 16 ? 30 : 300) : VirtualDriver.Costs(call, items, mib)
        };
        CalibratedOperation create = Profile(driver, ["vmm"]).Ops["vmm.create"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(create.Use, Is.EqualTo(CostSource.Table));
            Assert.That(create.Table!.Select(point => point.Mib), Is.Ordered);
            Assert.That(create.Table![0].Us, Is.EqualTo(30).Within(1).Percent);
            Assert.That(create.Table![^1].Us, Is.EqualTo(300).Within(1).Percent);
        }
    }

    [Test]
    public void Run_budget_is_respected_and_flagged()
    {
        using VirtualDriver driver = new() { Noise = 0.5 };
        RawFile raw = Raw(driver, AllButThreads, new MeasureOptions(TimeSpan.FromSeconds(0.5)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(raw["run.flags"], Is.EqualTo("budget-spent"));
            Assert.That(driver.NowSeconds, Is.LessThan(0.5 + 0.5 + 0.3), "set-up, warm-up, budget, and the visit it ran out in");
        }
    }

    [Test]
    public void Run_first_samples_are_kept_and_flagged()
    {
        using VirtualDriver driver = new();
        RawFile raw = Raw(driver, ["vmm"], new MeasureOptions(TimeSpan.FromMinutes(1)));
        foreach (IGrouping<PointKey, RawSample> point in raw.Samples.GroupBy(sample => sample.Key))
        {
            string[] wanted = point.Key.Condition == "cold" ? ["cold"] : ["warmup", "warmup", "warmup", ""];
            Assert.That(point.Take(wanted.Length).Select(sample => sample.Flags), Is.EqualTo(wanted), point.Key.ToString());
        }
        Assert.That(raw.Samples[0].Key.Condition, Is.EqualTo("cold"), "what happens once happens first");
    }

    [Test]
    public void Run_same_seed_gives_the_same_samples()
    {
        using VirtualDriver one = new();
        using VirtualDriver other = new();
        MeasureOptions options = new(TimeSpan.FromMinutes(1), 5);
        Assert.That(Raw(one, ["vmm"], options).Samples, Is.EqualTo(Raw(other, ["vmm"], options).Samples));
    }

    [Test]
    public void Run_wrong_kernel_is_refused_before_anything_is_timed()
    {
        using VirtualDriver driver = new();
        InvalidOperationException? refused = Assert.Throws<InvalidOperationException>(() =>
        {
            using GpuSession session = GpuSession.Open(driver, 0);
            Measurement.Run(session, _ => new VirtualKernels(driver) { IsBroken = true }, driver, ["vmm"],
                new MeasureOptions(TimeSpan.FromMinutes(1)), "test");
        });
        Assert.That(refused!.Message, Does.StartWith("the copy kernel of virtual wrote 0x").And.Contains("at byte 100"));
    }

    [TestCase(false, "virtual and virtual agree; a read of ")]
    [TestCase(true, "the copy kernel of virtual wrote 0x")]
    public void Run_two_backends_are_compared(bool isBroken, string expected)
    {
        using VirtualDriver driver = new();
        using GpuSession session = GpuSession.Open(driver, 0);
        RawFile raw = Measurement.Run(
            session, _ => new VirtualKernels(driver), driver, ["vmm"], new MeasureOptions(TimeSpan.FromMinutes(1)), "test",
            makeOthers: _ => new VirtualKernels(driver) { IsBroken = isBroken });
        Assert.That(raw["run.backends"], Does.StartWith(expected));
    }

    [Test]
    public void Raw_file_text_reads_back_to_the_same_samples()
    {
        using VirtualDriver driver = new();
        RawFile raw = Raw(driver, ["vmm"], new MeasureOptions(TimeSpan.FromSeconds(0.1)));
        RawFile again = RawFile.Parse("raw.csv", raw.ToText());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Samples, Is.EqualTo(raw.Samples));
            Assert.That(again.About, Is.EqualTo(raw.About));
        }
    }

    [TestCase("", "raw.csv:1: expected # ellm calibration raw 1")]
    [TestCase("# ellm calibration raw 1\nop,us\n", "raw.csv:2: expected op,condition")]
    [TestCase("# ellm calibration raw 1\nop,condition,item_bytes,items,clock,round,sample,flags,us\n", "raw.csv: no samples in it")]
    [TestCase("# ellm calibration raw 1\nop,condition,item_bytes,items,clock,round,sample,flags,us\na,b,1,1,host,0,0,\n",
        "raw.csv:3: expected 9 columns, found 8")]
    [TestCase("# ellm calibration raw 1\nop,condition,item_bytes,items,clock,round,sample,flags,us\na,b,1,1,host,0,0,,x\n",
        "raw.csv:3: expected numbers")]
    public void Raw_file_wrong_says_where(string text, string message)
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = RawFile.Parse("raw.csv", text));
        Assert.That(refused!.Message, Does.StartWith(message));
    }

    private static CalibrationProfile Profile(VirtualDriver driver, string[] suites)
    {
        using (driver)
            return ProfileFit.Fit(Raw(driver, suites, new MeasureOptions(TimeSpan.FromMinutes(8))), new string('0', 64), "virtual");
    }

    private static RawFile Raw(VirtualDriver driver, string[] suites, MeasureOptions options)
    {
        using GpuSession session = GpuSession.Open(driver, 0);
        return Measurement.Run(session, _ => new VirtualKernels(driver), driver, suites, options, "test");
    }

    private static void Near(CalibrationProfile profile, CalibratedOp op, double fixedUs, double perItemUs, double perMibUs)
    {
        CostCoefficients cost = profile.Ops[op.Key()].Cost;
        Assert.That(cost.FixedUs, Is.EqualTo(fixedUs).Within(1).Percent, $"{op} fixed");
        Assert.That(cost.PerItemUs, Is.EqualTo(perItemUs).Within(0.05), $"{op} per item");
        Assert.That(cost.PerMibUs, perMibUs > 0 ? Is.EqualTo(perMibUs).Within(1).Percent : Is.EqualTo(0).Within(0.01), $"{op} per MiB");
    }
}
