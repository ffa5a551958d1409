using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Hardware;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Hardware;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

internal sealed class GpuPricesTests
{
    [Test]
    public void Every_shipped_gpu_with_times_has_a_dated_price_with_a_source()
    {
        // What cards without times of their own cost is not known here; --price states it.
        foreach (GpuSpec gpu in GpuCatalog.Names.Except(GpuCatalogTests.Lent).Select(GpuCatalog.Load))
            Assert.That(gpu.Price, Is.Not.Null.And.Property(nameof(GpuPrice.Source)).Not.Empty, gpu.Name);
    }

    [Test]
    public void A_stated_price_replaces_the_listed_one()
    {
        GpuPrices prices = new(["h100=2.5"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prices.Of("h100"), Is.EqualTo(2.5));
            Assert.That(prices.SourceOf("h100"), Is.EqualTo("stated with --price"));
            Assert.That(prices.Of("h200"), Is.EqualTo(GpuCatalog.Load("h200").Price!.UsdPerHour));
        }
    }

    [Test]
    public void Gpu_files_may_leave_the_price_out()
    {
        using ScratchFolder folder = new();
        string file = folder.File("mine.json", """
            {
              "name": "mine", "source": "test", "memory_visible_mib": 81000, "hbm_gb_per_s": 2039, "peak_tflops_16bit": 312, "sms": 108,
              "interconnect": "none", "host_link": { "kind": "PCIe", "gb_per_s_per_direction": 24, "latency_us": 10 }, "timing": "a100"
            }
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new GpuPrices().Of(file), Is.Null);
            Assert.That(new GpuPrices([$"{file}=1.25"]).Of(file), Is.EqualTo(1.25));
        }
    }

    [TestCase("\"usd_per_hour\": 0, \"as_of\": \"2026-01-01\"", "usd_per_hour: expected a number from 1E-06 to 1000000000, found 0")]
    [TestCase("\"usd_per_hour\": 1, \"as_of\": \"January\"", "as_of: expected a date such as 2026-01-31, found January")]
    public void Faulty_prices_are_named(string price, string message)
    {
        string json = $$"""
            {
              "name": "mine", "source": "test", "memory_visible_mib": 1, "hbm_gb_per_s": 1, "peak_tflops_16bit": 1, "sms": 1, "interconnect": "none",
              "host_link": { "kind": "PCIe", "gb_per_s_per_direction": 24, "latency_us": 10 }, "timing": "a100",
              "price": { {{price}}, "source": "test" }
            }
            """;
        Assert.That(() => GpuCatalog.Parse("mine.json", json), Throws.InstanceOf<InputException>().With.Message.Contains(message));
    }
}
