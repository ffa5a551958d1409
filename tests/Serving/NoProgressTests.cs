using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>A scheduler that gets nowhere, or asks for what cannot be, is stopped with a message that names it.</summary>
internal sealed class NoProgressTests
{
    private static readonly Scenario Two = new() { Asks = [new Ask(5, 30, 4), new Ask(0, 20, 4)], Blocks = 10 };

    [Test]
    public void Idling_while_somebody_waits_is_one_line_that_says_who_waits_for_what()
    {
        InputException? fault = Assert.Throws<InputException>(() => Run(_ => Decision.Idle(Blocked.Memory)));
        Assert.That(fault!.Message, Is.EqualTo(
            "no progress at 0.000000000005 s: request 0 (30 tokens) waits for KV memory, of which 160 of 160 tokens are free and nobody "
                + "runs"));
    }

    [Test]
    public void Idling_while_somebody_is_in_host_memory_names_that_request()
    {
        bool parked = false;
        Scenario swapping = Two with { Policy = new PolicySpec(Overflow: "swap") };
        InputException? fault = Assert.Throws<InputException>(() => Run(
            view =>
            {
                if (parked)
                    return Decision.Idle(Blocked.Memory);
                if (view.Decoding == 1 && view.PreparedTokens == 0)
                {
                    parked = true;
                    return Decision.Preempt;
                }
                return view.Running > 0 ? Decision.Run(true, 1, Blocked.None) : Decision.Admit(view.HeadTokens, view.HeadTokens);
            },
            swapping));
        Assert.That(fault!.Message, Does.Contain("request 0 in host memory"));
    }

    [Test]
    public void Idling_while_somebody_runs_is_a_fault_of_the_scheduler() =>
        Assert.That(
            () => Run(view => view.Running == 0 ? Decision.Admit(view.HeadTokens, view.HeadTokens) : Decision.Idle(Blocked.None)),
            Throws.InvalidOperationException.With.Message.EqualTo("Scripted idles with 1 running sequences"));

    [Test]
    public void Deciding_in_a_circle_at_one_boundary_is_caught()
    {
        Scenario swapping = Two with { Policy = new PolicySpec(Overflow: "swap") };
        Assert.That(
            () => Run(
                view => view switch
                {
                    { Parked: > 0 } => Decision.Resume,
                    { Decoding: > 0 } => Decision.Preempt,
                    { Running: > 0 } => Decision.Run(true, 1, Blocked.None),
                    _ => Decision.Admit(view.HeadTokens, view.HeadTokens),
                },
                swapping),
            Throws.InvalidOperationException.With.Message.Contains("decisions at one boundary"));
    }

    [Test]
    public void Throwing_every_prompt_away_before_its_first_token_is_caught() =>
        Assert.That(
            () => Run(view => view switch
            {
                { PreparedTokens: > 0 } => Decision.Run(true, 1, Blocked.None),
                { Running: 0 } => Decision.Admit(1, view.HeadTokens),
                _ => Decision.Preempt,
            }),
            Throws.InstanceOf<InputException>().With.Message.Contains("preemptions, now of request 0, let nobody emit a token"));

    [Test]
    public void Running_nothing_is_a_fault_of_the_scheduler() =>
        Assert.That(
            () => Run(_ => Decision.Run(true, 1, Blocked.None)),
            Throws.InvalidOperationException.With.Message.EqualTo("Scripted runs an empty iteration"));

    [TestCase(0)]
    [TestCase(31)]
    public void Prefilling_none_or_more_than_is_left_is_a_fault_of_the_scheduler(int tokens) =>
        Assert.That(
            () => Run(_ => Decision.Admit(tokens, 30)),
            Throws.InvalidOperationException.With.Message.EqualTo($"Scripted wants {tokens} prefill tokens of a sequence with 30 left"));

    [Test]
    public void Admitting_beyond_memory_is_refused_by_the_memory() =>
        Assert.That(
            () => Run(_ => Decision.Admit(30, 1000)),
            Throws.InvalidOperationException.With.Message.EqualTo("taking 63 blocks but 10 are free"));

    [Test]
    public void Preempting_what_was_just_scheduled_is_a_fault_of_the_scheduler() =>
        Assert.That(
            () => Run(view => view.Running == 0 ? Decision.Admit(30, 30) : Decision.Preempt),
            Throws.InvalidOperationException.With.Message.EqualTo("Scripted preempts a sequence it has just scheduled"));

    private static RunOutcome Run(Func<SchedulerView, Decision> decide, Scenario? scenario = null) =>
        new Rig(scenario ?? Two, wrap: _ => new Scripted(decide), asks: false).Run();

    private sealed class Scripted(Func<SchedulerView, Decision> decide) : IScheduler
    {
        public Decision Decide(in SchedulerView view) => decide(view);
    }
}
