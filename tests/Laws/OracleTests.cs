using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>The oracle bounds what memory can do: nothing but live bytes ever makes a request wait for it.</summary>
internal sealed class OracleTests
{
    /// <remarks>
    /// The GPU is as small as its activations allow, so nearly all KV is on the host: it makes no difference. A scheduler that asks
    /// for a whole prompt before it computes the first chunk of it has a rule of its own, and is left out.
    /// </remarks>
    [Test]
    public void A_pool_of_exactly_the_largest_live_bytes_is_as_good_as_an_endless_one()
    {
        int queued = 0;
        Law.Holds(random => WithoutFullCheck(Oracle(Scenarios.Any(random))), 300, 801, scenario =>
        {
            Rig endless = new(scenario with { LiveBytes = 1L << 40 });
            RunOutcome expected = endless.Run();
            long peak = endless.Memories.Cast<LiveKv>().Max(m => m.PeakBytes);
            // An empty engine must be able to begin each prompt as its scheduler would.
            long alone = scenario.Asks.Where(a => a.Input <= scenario.MaxModelLen)
                .Select(a => (10L * a.Input) + (3L * Math.Min(a.Input, scenario.MaxNumBatchedTokens))).DefaultIfEmpty().Max();
            RunOutcome actual = Rig.Run(scenario with { LiveBytes = Math.Max(peak, alone) });
            Same.Outcome(actual, expected);
            Assert.That(actual.Records.Select(r => r.Ledger.QueueMemory), Is.All.Zero);
            if (peak > alone + 1000)
                queued += Rig.Run(scenario with { LiveBytes = peak - 10 }).Records.Count(r => r.Ledger.QueueMemory + r.Ledger.Preempted > 0);
        });
        Assert.That(queued, Is.Positive, "one token less is felt");
    }

    private static IEnumerable<TestCaseData> Pairs =>
        from scheduler in SchedulerCatalog.All
        from layout in LayoutCatalog.All
        where scheduler.Lacks(layout) is null && !layout.IncludesHost
        select new TestCaseData(scheduler, layout).SetArgDisplayNames(scheduler.Name, layout.Name);

    /// <summary>
    /// The criterion for a policy that beats its oracle. As long as both have run the same batches, the oracle is never later; and in
    /// the first iteration whose batch differs it runs more prompt tokens or more decodes than the policy, or has kept more in the
    /// cache. So a policy can win only by batches that its memory forced on it, after that iteration,
    /// or by turning requests away that the oracle serves.
    /// </summary>
    [TestCaseSource(nameof(Pairs))]
    public void Until_batches_differ_the_oracle_is_never_later_and_then_it_runs_more(SchedulerEntry scheduler, LayoutEntry layout)
    {
        int alike = 0, parted = 0;
        Law.Holds(random => Scenarios.Of(random, scheduler, layout) with { Replicas = 1 }, 60, 802, scenario =>
        {
            StepLog policy = new(0), oracle = new(0);
            RunOutcome ran = Rig.Run(scenario, observer: policy);
            RunOutcome bound = Rig.Run(Oracle(scenario), observer: oracle);
            List<Step> p = policy.Steps.GetValueOrDefault(0, []), o = oracle.Steps.GetValueOrDefault(0, []);
            for (int i = 0; i < Math.Min(p.Count, o.Count); i++)
            {
                Assert.That(o[i].StartPs, Is.LessThanOrEqualTo(p[i].StartPs), $"iteration {i}");
                if (o[i].StartPs < p[i].StartPs)
                    return;
                if (Batch(o[i]) != Batch(p[i]))
                {
                    if (ran.Records.Where((r, at) => r.Status == RequestStatus.Rejected && bound.Records[at].Status == RequestStatus.Finished).Any())
                        return;
                    Assert.That(o[i].PrefillTokens > p[i].PrefillTokens || o[i].Decodes > p[i].Decodes || o[i].LiveTokens > p[i].LiveTokens, Is.True, $"iteration {i}: {o[i]} against {p[i]}");
                    parted++;
                    return;
                }
                Assert.That(o[i].EndPs, Is.LessThanOrEqualTo(p[i].EndPs), $"iteration {i}");
            }
            Assert.That(o, Has.Count.GreaterThanOrEqualTo(p.Count));
            if (o.Count > p.Count)
                return;
            for (int i = 0; i < ran.Records.Length; i++)
                Assert.That(bound.Records[i].FinishPs, Is.LessThanOrEqualTo(ran.Records[i].FinishPs), $"request {i}");
            alike++;
        });
        Assert.That(parted, Is.Positive, "runs that part");
        if (layout.Name != "vmm")
            Assert.That(alike, Is.Positive, "runs with the same batches");
    }

    /// <summary>Beside live bytes there is no host to stream to, and so nothing for an SLO to size, unless prompts of every kind are
    /// held back.</summary>
    [Test]
    public void Elastic_over_live_bytes_decides_as_prefill_first() =>
        Law.Holds(random => Unthrottled(Scenarios.Of(random, SchedulerCatalog.Find("elastic"), LayoutCatalog.Find("live"))), 200, 803,
            scenario => Same.Outcome(
                Rig.Run(scenario), Rig.Run(scenario with { Policy = scenario.Policy with { Scheduler = "prefill-first" } })));

    private static Scenario Unthrottled(Scenario scenario) => scenario with
    {
        Policy = scenario.Policy.With(scenario.Policy.Of<StreamKnobs>() with { ThrottledPrompts = ThrottledPrompts.Buffered }),
    };

    private static Scenario WithoutFullCheck(Scenario scenario) => scenario with { Replicas = 1, Policy = scenario.Policy.With(new UnifiedKnobs()) };

    private static (int, int, int, long, long) Batch(Step step) =>
        (step.PrefillTokens, step.PrefillSequences, step.Decodes, step.ContextTokens, step.LiveTokens);

    /// <summary>The same workload and limits over live bytes: the policy's GPU and host memory.</summary>
    private static Scenario Oracle(Scenario scenario) => scenario with
    {
        Policy = scenario.Policy with
        {
            Layout = "live",
            Overflow = scenario.Scheduler.HostOverflow ?? "recompute",
            SwapGib = (scenario.Host() is null ? 0 : scenario.HostTokens * 10.0) / (1L << 30),
        },
    };
}
