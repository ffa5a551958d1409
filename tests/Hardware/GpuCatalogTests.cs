using ELLM.Sim.Hardware;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware;

[TestFixture]
internal sealed class GpuCatalogTests
{
    private static readonly string[] Wanted =
        ["a100-40", "a100-80", "a40", "b200", "h100", "h200", "l40s", "rtx-4090", "rtx-pro-6000"];

    [Test]
    public void Names_Shipped_AreTheNine() => Assert.That(GpuCatalog.Names, Is.EqualTo(Wanted));

    [TestCaseSource(nameof(Wanted))]
    public void Load_EveryShippedName_HasATimingProfileOfTheSamePeaks(string name)
    {
        GpuSpec gpu = GpuCatalog.Load(name);
        TimingProfile timing = TimingCatalog.Load(gpu.Timing);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.Name, Is.EqualTo(name));
            Assert.That(gpu.Source, Is.Not.Empty);
            Assert.That(timing.HbmTbPerS * 1000, Is.EqualTo(gpu.HbmGbPerS).Within(1e-9));
            Assert.That(timing.PeakTflops16Bit, Is.EqualTo(gpu.PeakTflops16Bit));
            Assert.That(timing.Sms, Is.EqualTo(gpu.Sms));
        }
    }

    [Test]
    public void VisibleBytes_A100Of80_IsWhatTheDriverReports() =>
        Assert.That(GpuCatalog.Load("a100-80").VisibleBytes / (double)(1L << 30), Is.EqualTo(79.15).Within(0.005));

    [Test]
    public void Load_UnknownName_SaysWhichWasProbablyMeant()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = GpuCatalog.Load("rtx4090"));
        Assert.That(refused!.Message, Does.StartWith("unknown gpu 'rtx4090' (did you mean 'rtx-4090'?); known: a100-40, a100-80, "));
    }

    [Test]
    public void Parse_UnknownKeyInside_NamesLineAndNearestKeyOfThatObject()
    {
        string json = """
            {
              "name": "mine", "source": "test", "memory_visible_mib": 100, "hbm_gb_per_s": 1, "peak_tflops_16bit": 1, "sms": 1,
              "interconnect": "none",
              "host_link": { "kind": "PCIe", "gb_per_s_per_direction": 24,
                "latency": 10 },
              "timing": "a100"
            }
            """;
        InputException? refused = Assert.Throws<InputException>(() => _ = GpuCatalog.Parse("mine.json", json));
        Assert.That(refused!.Message, Is.EqualTo("mine.json:5: unknown key 'latency' (did you mean 'latency_us'?)"));
    }

    [Test]
    public void Timing_EveryShippedProfile_IsUsedByAGpuOrAVariantOfOne()
    {
        string[] used = [.. GpuCatalog.Names.Select(name => GpuCatalog.Load(name).Timing).Distinct().Order(StringComparer.Ordinal)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(used, Is.SubsetOf(TimingCatalog.Names));
            // h100-trtllm: other libraries on the device that the profile h100 describes.
            Assert.That(TimingCatalog.Names.Where(name => !used.Any(one => name == one || name.StartsWith(one + "-", StringComparison.Ordinal))), Is.Empty);
        }
    }
}
