using ELLM.Sim.Hardware;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware;

[TestFixture]
internal sealed class GpuCatalogTests
{
    private static readonly string[] Wanted =
        ["a100-40", "a100-80", "a40", "b200", "h100", "h200", "l40s", "rtx-4090", "rtx-pro-6000"];

    /// <summary>Cards without times of their own.</summary>
    internal static readonly string[] Lent =
        ["a100-pcie", "a10g", "b300", "gb200", "gh200", "h20", "l4", "mi300x", "mi325x", "rtx-3090", "t4", "v100"];

    [Test]
    public void Names_shipped_are_those_with_times_and_those_that_borrow_them() =>
        Assert.That(GpuCatalog.Names, Is.EquivalentTo(Wanted.Concat(Lent)));

    [TestCaseSource(nameof(Lent))]
    public void Borrowed_times_are_scaled_to_the_cards_peaks_and_marked(string name)
    {
        GpuSpec gpu = GpuCatalog.Load(name);
        TimingProfile lent = TimingCatalog.Load(gpu.Timing);
        TimingProfile own = BorrowedTimes.Of(gpu);
        // The B300 has the peaks of the B200.
        bool other = name != "b300";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.Name, Is.EqualTo(name));
            Assert.That((own.PeakTflops16Bit, own.Sms), Is.EqualTo((gpu.PeakTflops16Bit, gpu.Sms)));
            Assert.That(own.HbmTbPerS * 1000, Is.EqualTo(gpu.HbmGbPerS).Within(1e-9));
            Assert.That(own.Gemm.Borrowed, Is.EqualTo(other));
            Assert.That(own.Gemm.Source.StartsWith($"{lent.Name}, scaled to the peaks of {name}: ",
                StringComparison.Ordinal), Is.EqualTo(other));
        }
    }

    [TestCaseSource(nameof(Wanted))]
    public void Load_every_shipped_name_has_a_timing_profile_of_the_same_peaks(string name)
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
    public void Visible_bytes_A100_of80_is_what_the_driver_reports() =>
        Assert.That(GpuCatalog.Load("a100-80").VisibleBytes / (double)(1L << 30), Is.EqualTo(79.15).Within(0.005));

    [Test]
    public void Load_unknown_name_says_which_was_probably_meant()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = GpuCatalog.Load("l40z"));
        Assert.That(refused!.Message, Does.StartWith("unknown gpu 'l40z' (did you mean 'l40s'?); known: a100-40, a100-80, "));
    }

    [Test]
    public void Parse_unknown_key_inside_names_line_and_nearest_key_of_that_object()
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
    public void Timing_every_shipped_profile_is_used_by_a_gpu_or_a_variant_of_one()
    {
        string[] used = [.. GpuCatalog.Names.Select(name => GpuCatalog.Load(name).Timing).Distinct().Order(StringComparer.Ordinal)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(used, Is.SubsetOf(TimingCatalog.Names));
            // h100-trtllm: other libraries on the device that the profile h100 describes.
            Assert.That(
                TimingCatalog.Names.Where(name => !used.Any(one => name == one || name.StartsWith(one + "-", StringComparison.Ordinal))),
                Is.Empty);
        }
    }
}
