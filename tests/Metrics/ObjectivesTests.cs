using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

/// <summary>Objectives: those that are given count, each request's and the run's.</summary>
internal sealed class ObjectivesTests
{
    private const long S = 1_000_000_000_000;

    /// <summary>
    /// Four requests of 5 tokens, arrived at 0: first token and last at
    /// <code>
    /// request  first  last  TTFT  TPOT  end to end
    /// 0          1 s   3 s   1 s   0.5 s   3 s
    /// 1          2 s   4 s   2 s   0.5 s   4 s
    /// 2          1 s   9 s   1 s   2 s     9 s
    /// 3          (never finished)
    /// </code>
    /// </summary>
    private static readonly RequestRecord[] Records = [Finished(1, 3), Finished(2, 4), Finished(1, 9), new() { OutputTokens = 5 }];

    [TestCase("ttft=1s", "0 2")]
    [TestCase("ttft=1s,tpot=1s", "0")]
    [TestCase("tpot=1s", "0 1")]
    [TestCase("e2e=4s", "0 1")]
    [TestCase("e2el=4s,ttft=1s", "0")]
    [TestCase("ttft=2x", "0 1 2")]
    [TestCase("ttft.p50=1s", "0 1 2", Description = "finished ones: nothing is asked of a request")]
    public void Those_given_count_alone(string slo, string met)
    {
        SloTargets targets = Targets(slo);
        Assert.That(string.Join(' ', Enumerable.Range(0, 4).Where(i => targets.Meets(Records[i]))), Is.EqualTo(met));
    }

    /// <summary>Within a TTFT of 1 s are 2 of all 4 requests: p50 is met, and p50.1 is not.</summary>
    [TestCase("ttft.p50=1s", 0.5, true)]
    [TestCase("ttft.p50.1=1s", 0.5, false)]
    [TestCase("ttft.p75=2s", 0.75, true)]
    [TestCase("tpot.p75=1s", 0.5, false)]
    [TestCase("e2e.p75=9s", 0.75, true)]
    public void A_percentile_is_a_share_of_all_requests(string slo, double share, bool met)
    {
        PercentileScore score = Targets(slo).Score(Records, gaps: null).Single();
        Assert.That((score.Share, score.Met), Is.EqualTo(((double?)share, met)));
    }

    /// <summary>Of 100 gaps, 98 last 20 ms and two 80 ms.</summary>
    [TestCase("itl=20ms", false)]
    [TestCase("itl=80ms", true)]
    [TestCase("itl.p98=21ms", true)]
    [TestCase("itl:50", false)]
    public void Gaps_between_tokens_are_judged_at_p99_unless_said_otherwise(string slo, bool met)
    {
        LogHistogram gaps = new();
        gaps.Add(S / 50, 98);
        gaps.Add(S * 8 / 100, 2);
        Assert.That(Targets(slo).Score([], gaps).Single().Met, Is.EqualTo(met));
    }

    [FsCheck.NUnit.Property(Replay = "31,7", MaxTest = 300)]
    public void Share_up_to_a_value_is_right_to_its_bucket(FsCheck.NonEmptyArray<uint> values, uint limit)
    {
        LogHistogram histogram = new();
        foreach (uint value in values.Get)
            histogram.Add(value, 1);
        double lower = values.Get.Count(v => v <= limit * 0.996) / (double)values.Get.Length;
        double upper = values.Get.Count(v => v <= limit * 1.004) / (double)values.Get.Length;
        Assert.That(histogram.ShareUpTo(limit), Is.InRange(lower, upper));
    }

    [TestCase("ttft=1s,ttft=2s", "stands there twice")]
    [TestCase("e2e=2x", "expected ttft=TIME")]
    [TestCase("ttft.p100=2s", "expected ttft=TIME")]
    [TestCase("ttft.99=2s", "expected ttft=TIME")]
    [TestCase("latency=2s", "expected ttft=TIME")]
    public void What_is_no_objective_is_refused(string slo, string message) =>
        Assert.That(() => SloText.Parse(slo), Throws.TypeOf<InputException>().With.Message.Contains(message));

    [TestCase("slo.gate=e2e", "slo.e2e_s is not stated")]
    [TestCase("slo.gate=tpot;ttft", "expected ttft, tpot and e2e")]
    [TestCase("slo.percentiles=itl=3", "slo.percentiles: expected parts such as")]
    public void Settings_of_objectives_are_checked(string set, string message)
    {
        (int code, _, string error) = Ellm.Run("compare", "--limit", "5", "--policies", "vllm", "--set", set);
        Assert.That((code, error), Is.EqualTo((2, error)));
        Assert.That(error, Does.Contain(message));
    }

    [Test]
    public void A_comparison_says_which_objectives_of_the_run_were_missed_and_fails_on_them()
    {
        string[] args = ["compare", "--limit", "30", "--policies", "vllm", "--quiet", "--slo", "ttft.p99=1us", "--slo", "e2e.p50=1000s"];
        (int code, string output, _) = Ellm.Run(args);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("SLO: ttft.p99 <= 1.00 us of the run, e2e.p50 <= 1000 s of the run\n"));
            Assert.That(output, Does.Contain("missed ttft.p99 (0.0% within)").And.Contain("100.0%"));
            Assert.That(Ellm.Run([.. args, "--fail-on-slo"]).Code, Is.EqualTo(1));
        }
    }

    /// <summary>A p99 asks the same as an attainment of 0.99 with that objective alone: the search finds the same rate.</summary>
    [Test]
    public void The_capacity_of_a_percentile_is_that_of_its_share()
    {
        static string Rate(params string[] goal)
        {
            (int code, string csv, string error) = Ellm.Run(
                [
                    "capacity", "chat", "--limit", "200", "--seeds", "2", "--policies", "vllm-v1", "--format", "csv", "--quiet", "--finite",
                    .. goal,
                ]);
            Assert.That(code, Is.Zero, error);
            string[] lines = csv.Split('\n');
            return lines[1].Split(',')[Array.IndexOf(lines[0].Split(','), "capacity_per_s")];
        }
        Assert.That(Rate("--slo", "ttft.p95=2s", "--attainment", "0.9"), Is.EqualTo(Rate("--slo", "ttft=2s", "--attainment", "0.95")));
    }

    private static RequestRecord Finished(long first, long finish) =>
        new() { FirstTokenPs = first * S, FinishPs = finish * S, OutputTokens = 5, EmittedTokens = 5, Status = RequestStatus.Finished };

    /// <summary>Of a request that takes 1 s to its first token when alone.</summary>
    private static SloTargets Targets(string slo) =>
        new UnloadedLatency(S, S).Targets(ConfigBinder.Bind(PresetCatalog.Load("vllm"), SloText.Parse(slo)).Slo);
}
