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
    public void An_observer_changes_nothing() => Law.Holds(200, 103, scenario =>
        Same.Outcome(Rig.Run(scenario, observer: new StepLog(3 * Clockworks.StepPs(scenario.Clockwork))), Rig.Run(scenario)));
}
