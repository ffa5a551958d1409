using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>What every scheduler over every layout must keep: a new line in a catalog is tested the moment it is there.</summary>
internal sealed class ContractTests
{
    private static IEnumerable<TestCaseData> Pairs =>
        from scheduler in SchedulerCatalog.All
        from layout in LayoutCatalog.All
        select new TestCaseData(scheduler, layout).SetArgDisplayNames(scheduler.Name, layout.Name);

    [TestCaseSource(nameof(Pairs))]
    public void Pair_RandomWorkloads_ServesThemAlikeJumpingAndSteppingAndLeavesNothing(SchedulerEntry scheduler, LayoutEntry layout)
    {
        if (scheduler.Lacks(layout) is not null)
        {
            RunConfig config = new("test") { Policy = new PolicySpec(Scheduler: scheduler.Name, Layout: layout.Name) };
            Assert.That(() => Deployment.Resolve(config), Throws.InstanceOf<InputException>().With.Message.Contains("policy.layout"));
            return;
        }
        int finished = 0;
        Law.Holds(random => Scenarios.Of(random, scheduler, layout), 60, 501, scenario =>
        {
            Rig rig = new(scenario);
            RunOutcome outcome = rig.Run();
            Same.Outcome(outcome, Rig.Run(scenario, step: true));
            Assert.That(rig.Memories.Select(m => m.AllocatedTokens), Is.All.Zero);
            foreach (RequestRecord record in outcome.Records)
            {
                Assert.That(record.Status, Is.Not.EqualTo(RequestStatus.Unfinished));
                Assert.That(record.Status == RequestStatus.Rejected || record.EmittedTokens == record.OutputTokens, Is.True);
                Assert.That(record.Ledger.Total, Is.EqualTo(record.FinishPs - record.ArrivalPs));
            }
            finished += outcome.Records.Count(r => r.Status == RequestStatus.Finished);
        });
        Assert.That(finished, Is.GreaterThan(500), "requests served");
    }

    [TestCaseSource(nameof(Pairs))]
    public void Pair_AmpleMemory_RejectsNobodyItCouldServe(SchedulerEntry scheduler, LayoutEntry layout)
    {
        if (scheduler.Lacks(layout) is not null)
            return;
        Law.Holds(random => Scenarios.Ample(Scenarios.Of(random, scheduler, layout)), 30, 502, scenario =>
        {
            foreach (RequestRecord record in Rig.Run(scenario).Records)
            {
                bool servable = record.InputTokens <= scenario.MaxModelLen && record.InputTokens <= scenario.Limits.MaxPrefillTokens;
                Assert.That(record.Status, Is.EqualTo(servable ? RequestStatus.Finished : RequestStatus.Rejected), Same.Fields(record));
            }
        });
    }

    [Test]
    public void Names_in_catalogs_are_unique()
    {
        Assert.That(SchedulerCatalog.All.Select(s => s.Name), Is.Unique);
        Assert.That(LayoutCatalog.All.Select(s => s.Name), Is.Unique);
    }
}
