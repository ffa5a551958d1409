using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Policies;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>A capacity is a claim about a load that lasts: nothing that was served may contradict it.</summary>
internal sealed class SteadyCapacityTests
{
    private static readonly Trace Chat = TraceGenerator.Generate(GeneratorPresets.LoadNameOrFile("azure-chat"), 3000, 1);

    /// <summary>
    /// Every sequence of a batch takes a millisecond a token: 100 tokens a request are 10 requests a second, whatever the batch.
    /// </summary>
    [TestCase("vllm", 100)]
    [TestCase("vllm-v1", 100)]
    [TestCase("sarathi", 37)]
    public void An_engine_without_a_batch_limit_has_the_capacity_of_its_service_rate(string policy, int requests)
    {
        Trace trace = Even(requests);
        CapacityResult found = Search(
            trace, policy, "timing.model=constant:step_us=1,per_sequence_us=1000", "slo.ttft_s=10", "slo.tpot_s=1");
        using (Assert.EnterMultipleScope())
        {
            // The prompt and each of the 100 steps have a microsecond of their own; the first token comes with the prompt.
            Assert.That(found.CapacityPerS, Is.InRange(9.8, 10.2));
            Assert.That(found.GoodputPerS, Is.EqualTo(found.CapacityPerS).Within(1).Percent);
            Assert.That(found.Limit, Is.EqualTo("queue"));
            Assert.That(found.Answer, Is.EqualTo("steady"));
        }
    }

    [TestCase(0)]
    [TestCase(10)]
    [TestCase(20)]
    public void A_burst_anywhere_in_a_quiet_trace_is_no_overload(int burstAfter)
    {
        // One request every ten seconds and six at once, in whole seconds, as logs have them.
        long[] at = [.. Enumerable.Range(0, 21).SelectMany(i => Enumerable.Repeat(10 * i * SimTime.PsPerSecond, i == burstAfter ? 6 : 1))];
        Trace trace = new("burst", at, [.. at.Select(_ => 400)], [.. at.Select(_ => 50)]);
        foreach (string policy in (string[])["sarathi", "vllm-v1"])
        {
            CapacityResult found = Search(trace, policy, "slo.ttft_s=10", "slo.tpot_s=1");
            Assert.That(found.CapacityPerS, Is.GreaterThan(TraceRate.Of(trace)!.Value), policy);
            Assert.That(found.At!.Attainment, Is.GreaterThanOrEqualTo(0.9), policy);
        }
    }

    [TestCase("vllm")]
    [TestCase("ellm")]
    [TestCase("orca-pow2")]
    public void A_longer_replay_in_another_order_meets_the_objectives_at_the_capacity(string policy)
    {
        CapacityResult found = Search(Chat, policy, "slo.ttft_s=2", "slo.tpot_s=0.1");
        DeploymentLoad load = new(found.Config, new RecordedWorkload(Chat, 1), SimulationOptions.Default);
        SteadyLoad other = new(load, Chat, found.BlockRequests!.Value, seed: 987, longest: 100_000);
        LoadPoint lower = other.Measure(found.Bracket!.LowRatePerS!.Value, 40_000), at = other.Measure(found.CapacityPerS!.Value, 40_000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(at.KeepsUp);
            Assert.That(at.Attainment, Is.EqualTo(0.9).Within(0.05));
            Assert.That(lower.Meets(0.9), "at the lower end");
            Assert.That(
                found.CapacityPerS, Is.LessThanOrEqualTo(found.Bracket.Tested.Max(p => p.ServedPerS)),
                "the highest rate seen to be completed");
            Assert.That(found.GoodputPerS, Is.EqualTo(found.CapacityPerS * found.At!.Attainment).Within(2).Percent, "what was served");
        }
    }

    [Test]
    public void Too_few_requests_are_too_short_and_the_answer_is_the_interval()
    {
        int few = 40;
        Trace start = new(Chat.Name, Chat.ArrivalPs[..few], Chat.InputTokens[..few], Chat.OutputTokens[..few]);
        CapacityResult found = Search(start, "vllm", "slo.ttft_s=2", "slo.tpot_s=0.1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Answer, Is.EqualTo("too short"));
            Assert.That(found.Reason, Does.StartWith("too short: 40 requests put the capacity between "));
            Assert.That(found.Bracket!.HalfWidthShare, Is.GreaterThan(0.1));
            Assert.That(found.At!.Requests, Is.GreaterThanOrEqualTo(20_000), "extended all the same");
        }
    }

    [Test]
    public void Finite_runs_have_the_capacity_that_papers_print()
    {
        Trace trace = Even(100);
        CapacityGoal goal = new(Draws: 1, Finite: true);
        CapacityResult found = Search(
            trace, goal, "vllm", "timing.model=constant:step_us=1,per_sequence_us=1000", "slo.ttft_s=10", "slo.tpot_s=0.05");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.CapacityPerS, Is.GreaterThan(12), "a hundred requests end before the batch is slow");
            Assert.That((found.Answer, found.At!.Requests), Is.EqualTo(("finite", 100)));
            Assert.That(found.GoodputPerS, Is.LessThan(10.2), "goodput is what was served, however fast it was asked for");
        }
    }

    [Test]
    public void Threads_change_nothing()
    {
        CapacityResult one = Search(Chat, new CapacityGoal(), "vllm", 1, "slo.ttft_s=2");
        CapacityResult many = Search(Chat, new CapacityGoal(), "vllm", 7, "slo.ttft_s=2");
        Assert.That(many.Bracket!.Tested, Is.EqualTo(one.Bracket!.Tested));
        Assert.That(
            (many.At, many.Bracket.LowRatePerS, many.Bracket.HighRatePerS),
            Is.EqualTo((one.At, one.Bracket.LowRatePerS, one.Bracket.HighRatePerS)));
    }

    private static Trace Even(int requests) => new(
        "even",
        [.. Enumerable.Range(0, requests).Select(i => i * SimTime.PsPerSecond)],
        [.. Enumerable.Repeat(16, requests)],
        [.. Enumerable.Repeat(100, requests)]);

    private static CapacityResult Search(Trace trace, string policy, params string[] settings) =>
        Search(trace, new CapacityGoal(), policy, 2, settings);

    private static CapacityResult Search(Trace trace, CapacityGoal goal, string policy, params string[] settings) =>
        Search(trace, goal, policy, 2, settings);

    private static CapacityResult Search(Trace trace, CapacityGoal goal, string policy, int jobs, params string[] settings)
    {
        RunConfig config = ConfigBinder.Bind(
            PresetCatalog.Load(policy),
            settings.Select(s => new Assignment(s.Split('=', 2)[0], s.Split('=', 2)[1])));
        return new CapacityStudy(new RecordedWorkload(trace, 1), goal, new GpuPrices())
            .Run([config], null, SimulationOptions.Default, jobs)[0];
    }
}
