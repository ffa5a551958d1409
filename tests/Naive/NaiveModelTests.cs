using System.Globalization;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Naive;

/// <summary>The engine, with its sums and jumps, and a model that has neither give every request the same times.</summary>
internal sealed class NaiveModelTests
{
    /// <summary>Cases a pair of a run by hand: <c>ELLM_NAIVE=1000</c>.</summary>
    private static readonly int Cases = int.Parse(Environment.GetEnvironmentVariable("ELLM_NAIVE") ?? "150", CultureInfo.InvariantCulture);

    private static readonly Dictionary<string, NaiveRule> Rules = new()
    {
        ["request-level"] = NaiveRule.Static,
        ["iteration-level"] = NaiveRule.Orca,
        ["prefill-first"] = NaiveRule.Vllm,
        ["chunked-prefill"] = NaiveRule.Chunked,
        ["stall-free"] = NaiveRule.Sarathi,
        ["unified"] = NaiveRule.V1,
    };

    private static IEnumerable<TestCaseData> Pairs =>
        from scheduler in Rules.Keys
        from layout in (string[])["paged", "contiguous"]
        select new TestCaseData(scheduler, layout);

    [TestCaseSource(nameof(Pairs))]
    public void Every_request_has_the_times_of_the_naive_model(string scheduler, string layout)
    {
        int requests = 0, preemptions = 0;
        Law.Holds(random => Plain(random, scheduler, layout), Cases, 1801, scenario =>
        {
            RunOutcome outcome = Rig.Run(scenario);
            NaiveRequest[] naive = Requests(scenario.Trace());
            new NaiveEngine(naive, Rules[scheduler], MemoryOf(scenario), TimesOf(scenario.Clockwork), new NaiveLimits(
                scenario.MaxModelLen, scenario.MaxNumSeqs, scenario.MaxNumBatchedTokens)
            {
                WholePrompt = scenario.Policy.Of<UnifiedKnobs>().FullPromptCheck,
            }).Run();
            for (int i = 0; i < naive.Length; i++)
                Assert.That(Text(outcome.Records[i]), Is.EqualTo(Text(naive[i])), $"request {i}");
            requests += naive.Length;
            preemptions += naive.Sum(r => r.Preemptions);
        });
        TestContext.Out.WriteLine($"{Cases} cases, {requests} requests, {preemptions} preemptions");
        Assert.That(preemptions > 0, Is.EqualTo(layout == "paged"), "memory runs out where it grows");
    }

    private static Scenario Plain(Random random, string scheduler, string layout)
    {
        Scenario any = Scenarios.Of(random, SchedulerCatalog.Find(scheduler), LayoutCatalog.Find(layout));
        return any with
        {
            Policy = any.Policy with { Overflow = "recompute" },
            Users = 0,
            Replicas = 1,
            Clockwork = random.Next(3) switch
            {
                0 => Clockwork.Plain,
                1 => Clockwork.Affine,
                _ => Clockwork.Linear,
            },
        };
    }

    private static NaiveRequest[] Requests(Trace trace) => [.. Enumerable.Range(0, trace.Count).Select(i => new NaiveRequest
    {
        Index = i, ArrivalPs = trace.ArrivalPs[i], Prompt = trace.InputTokens[i], Outputs = trace.OutputTokens[i],
    })];

    private static NaiveMemory MemoryOf(Scenario scenario)
    {
        if (scenario.Policy.Layout == "paged")
            return new NaiveBlocks(scenario.Blocks, scenario.BlockTokens, scenario.WatermarkBlocks, scenario.Paged.BlockCheck);
        ContiguousKnobs knobs = scenario.Policy.Of<ContiguousKnobs>();
        int most = scenario.MaxModelLen;
        return new NaiveRegions(scenario.Blocks * scenario.BlockTokens, knobs.MinAllocationTokens, r => knobs.Reservation switch
        {
            Reservation.Max => most,
            Reservation.Pow2 => (int)Math.Min(most, r.Prompt + (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)r.Outputs)),
            _ => r.Prompt + r.Outputs,
        });
    }

    private static INaiveTimes TimesOf(Clockwork kind) => kind switch
    {
        Clockwork.Plain => new NaiveConstant(1000, 0, 0, 0, 0, 0),
        Clockwork.Affine => new NaiveConstant(1000, 70, 3, 2, 11, 1),
        _ => new NaiveLinear(
            9e-7, 1.25e-8, 3e-10, [new NaiveRegime(1e-6, 2e-9, 5e-8, 4), new NaiveRegime(1.4e-6, 1e-9, 3e-8, int.MaxValue)]),
    };

    private static string Text(in RequestRecord r) =>
        Text(r.Status, r.FirstScheduledPs, r.FirstTokenPs, r.FinishPs, r.EmittedTokens, r.Preemptions);

    private static string Text(NaiveRequest r) => Text(r.Status, r.FirstScheduledPs, r.FirstTokenPs, r.EndPs, r.Emitted, r.Preemptions);

    private static string Text(RequestStatus status, long scheduled, long first, long end, int emitted, int preemptions) =>
        $"{status} scheduled {scheduled} first {first} end {end} emitted {emitted} preemptions {preemptions}";
}
