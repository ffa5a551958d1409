using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>A jump over many decode steps is those steps, to the bit.</summary>
internal sealed class FastForwardTests
{
    [Test]
    public void Jumping_equals_stepping_in_every_record_and_counter() => Law.Holds(500, 101, scenario =>
        Same.Outcome(Rig.Run(scenario), Rig.Run(scenario, step: true)));

    [Test]
    public void An_observer_sees_the_same_steps_gaps_samples_and_ends() => Law.Holds(300, 102, scenario =>
    {
        StepLog jumped = new(7 * Clockworks.StepPs(scenario.Clockwork));
        StepLog stepped = new(7 * Clockworks.StepPs(scenario.Clockwork));
        RunOutcome outcome = Rig.Run(scenario, observer: jumped);
        Same.Outcome(outcome, Rig.Run(scenario, step: true, stepped));
        Same.Log(jumped, stepped);
    });

    [Test]
    public void Preemption_storms_are_the_same_storms()
    {
        long preemptions = 0, recomputed = 0, swapped = 0;
        Law.Holds(Scenarios.Storm, 300, 104, scenario =>
        {
            StepLog jumped = new(5000);
            StepLog stepped = new(5000);
            RunOutcome outcome = Rig.Run(scenario, observer: jumped);
            Same.Outcome(outcome, Rig.Run(scenario, step: true, stepped));
            Same.Log(jumped, stepped);
            preemptions += outcome.Counters.Preemptions;
            recomputed += outcome.Counters.RecomputedTokens;
            swapped += outcome.Counters.SwappedInBytes;
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(preemptions, Is.GreaterThan(3000), "storms");
            Assert.That(recomputed, Is.GreaterThan(0));
            Assert.That(swapped, Is.GreaterThan(0));
        }
    }

    [Test]
    public void An_observer_changes_nothing() => Law.Holds(200, 103, scenario =>
        Same.Outcome(Rig.Run(scenario, observer: new StepLog(3 * Clockworks.StepPs(scenario.Clockwork))), Rig.Run(scenario)));
}
