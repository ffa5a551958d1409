using ELLM.Sim.Policies;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class TpotSlackTests
{
    [Test]
    public void Slack_is_what_the_objective_allows_less_what_was_and_will_be_spent()
    {
        TpotSlack slack = new(tpotSloPs: 50);
        Assert.That(slack.Least(new SlackClock(0, 0, new StepSeries(40, 0))), Is.EqualTo(Int128.MaxValue), "nobody decodes");
        slack.Join(3, step: 10, emitted: 1, predicted: 21, sincePs: 1000);
        // 20 gaps of 50 are allowed; 5 are done and took 300, 15 more will take 40 each.
        Assert.That(slack.Least(new SlackClock(1300, 15, new StepSeries(40, 0))), Is.EqualTo((Int128)(1000 - 300 - 600)));
        slack.Join(1, step: 15, emitted: 1, predicted: 2, sincePs: 1300);
        Assert.That(slack.Least(new SlackClock(1300, 15, new StepSeries(40, 0))), Is.EqualTo((Int128)10), "one gap of 50 that takes 40");
        slack.Leave(1);
        slack.Leave(3);
        Assert.That(slack.Count, Is.Zero);
    }

    [Test]
    public void Promised_steps_are_those_after_which_the_answer_is_the_same_and_not_too_few()
    {
        Random random = new(7);
        int changes = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long objective = random.Next(800, 1600);
            TpotSlack slack = new(objective);
            long step = random.Next(50), now = random.Next(100_000);
            int count = random.Next(1, 6);
            for (int slot = 0; slot < count; slot++)
                slack.Join(slot, step - random.Next(30), 1, random.Next(1, 200), now - random.Next(40_000));
            SlackClock clock = new(now, step, new StepSeries(random.Next(700, 1500), random.Next(3) == 0 ? 0 : random.Next(1, 12)));
            long least = (long)slack.Least(clock);
            long need = least + random.Next(-6000, 6000);
            bool enough = least >= need;
            long promised = enough ? slack.StepsEnough(need, clock) : slack.StepsShort(need, clock);
            Assert.That(promised, Is.GreaterThanOrEqualTo(1));
            for (long j = 1; j < Math.Min(promised, 2000); j++)
                Assert.That(slack.Least(clock.After(j)) >= need, Is.EqualTo(enough), $"case {i}, step {j} of {promised}");
            if (promised < 2000 && slack.Least(clock.After(promised)) >= need != enough)
                changes++;
        }
        Assert.That(changes, Is.GreaterThan(4000), "promises that end where the answer changes");
    }
}
