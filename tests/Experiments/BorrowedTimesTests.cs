using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>A card whose iteration times are another's says so, and is as slow as its memory.</summary>
internal sealed class BorrowedTimesTests
{
    private const string File = """
        {
          "name": "mine", "source": "test", "memory_visible_mib": 46000, "hbm_gb_per_s": 300, "peak_tflops_16bit": 121, "sms": 58,
          "interconnect": "none", "host_link": { "kind": "PCIe", "gb_per_s_per_direction": 12, "latency_us": 10 }, "timing": "TIMING"
        }
        """;

    [Test]
    public void A_card_with_a_third_of_the_bandwidth_decodes_at_a_third_of_the_rate_and_is_marked()
    {
        using ScratchFolder folder = new();
        string gpu = folder.File("mine.json", File.Replace("TIMING", "l40s", StringComparison.Ordinal));
        (int code, string output, string error) = Ellm.Run("compare", "chat", "--limit", "50", "--policies", "vllm", "--gpu",
            gpu, "--no-report");
        (_, string lender, string lenderError) = Ellm.Run("compare", "chat", "--limit", "50", "--policies", "vllm", "--gpu",
            "l40s", "--no-report");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(error, Does.Contain(
                "no timing profile for mine: iteration times are borrowed from l40s and scaled to the peaks of mine; timing.profile names another"));
            Assert.That(lenderError, Does.Not.Contain("borrowed"));
            Assert.That(output, Is.Not.EqualTo(lender));
        }
    }
}
