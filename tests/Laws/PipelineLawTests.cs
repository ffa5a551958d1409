using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>The laws of one engine, for virtual engines that share pipeline stages.</summary>
internal sealed class PipelineLawTests
{
    [Test]
    public void Jumping_equals_stepping() => Law.Holds(Staged, 150, 401, scenario =>
    {
        StepLog jumped = new(7 * Clockworks.StepPs(scenario.Clockwork));
        StepLog stepped = new(7 * Clockworks.StepPs(scenario.Clockwork));
        RunOutcome outcome = Rig.Run(scenario, observer: jumped);
        Same.Outcome(outcome, Rig.Run(scenario, step: true, stepped));
        Same.Log(jumped, stepped);
        Same.Outcome(Rig.Run(scenario), outcome);
    });

    [Test]
    public void Ledgers_sum_and_everything_ends()
    {
        long waited = 0;
        Law.Holds(Staged, 150, 402, scenario =>
        {
            Rig rig = new(scenario);
            RunOutcome outcome = rig.Run();
            foreach (RequestRecord record in outcome.Records)
            {
                Assert.That(record.Status, Is.Not.EqualTo(RequestStatus.Unfinished), Same.Fields(record));
                Assert.That(record.Ledger.Total, Is.EqualTo(record.FinishPs - record.ArrivalPs), Same.Fields(record));
                Assert.That(record.Ledger.GpuWait, Is.GreaterThanOrEqualTo(0), Same.Fields(record));
                waited += record.Ledger.GpuWait;
            }
            Assert.That(rig.Memories.Select(m => m.AllocatedTokens), Is.All.Zero);
            Assert.That(rig.Hosts.Select(h => h.UsedBytes), Is.All.Zero);
        });
        Assert.That(waited, Is.GreaterThan(100_000), "stages are waited for");
    }

    /// <summary>One request at a time never meets another micro-batch: the stages add up to the iteration of one engine, and a send
    /// between two.</summary>
    [Test]
    public void Alone_a_pipeline_is_one_engine() => Law.Holds(Staged, 60, 403, scenario =>
    {
        Scenario alone = scenario with { Asks = [scenario.Asks[0]], Users = 0, SendPs = 0 };
        RequestRecord staged = Rig.Run(alone).Records[0];
        RequestRecord whole = Rig.Run(alone with { Stages = 1 }).Records[0];
        Assert.That(Same.Fields(staged), Is.EqualTo(Same.Fields(whole)));
    });

    private static Scenario Staged(Random random)
    {
        Scenario scenario = random.Next(3) == 0 ? Scenarios.Storm(random) : Scenarios.Any(random);
        return scenario with { Stages = random.Next(2, 5), SendPs = random.Next(2) * 130 };
    }
}
