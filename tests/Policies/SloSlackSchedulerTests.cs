using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>Four layers, blocks of four tokens, a link that takes 300 ps and 7 ps for a token of all layers.</summary>
internal sealed class SloSlackSchedulerTests
{
    [Test]
    public void A_prompt_that_does_not_fit_whole_starts_with_the_layers_in_flight_and_comes_back_when_there_is_room()
    {
        // 24 layer blocks of which the first takes 8: the second's 12 do not fit, two layers in flight take 6. All of it is at the
        // host in 384 ps. It has its first token with the first one's, waits until that has ended, and is back after 384 ps.
        Story story = new(Slack(4, variant: 4, new Ask(0, 8, 9), new Ask(0, 12, 2)));
        story.Runs("0: 20/2", "1000: +1", "2000: +1", "3000: +1", "4000: +1", "5000: +1", "6000: +1", "7000: +1", "8000: +1", "9384: +1");
        story.Finishes(9000, 10384);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(story[1].FirstTokenPs, Is.EqualTo(1000));
            Assert.That((story[1].Ledger.Parked, story[1].Ledger.QueueMemory, story[1].Ledger.TransferStall), Is.EqualTo((8384L, 0L, 0L)));
            Assert.That((story.Counters.SwappedOutBytes, story.Counters.SwappedInBytes), Is.EqualTo((120L, 120L)));
        }
    }

    [Test]
    public void As_few_layers_stay_as_let_the_link_hide_the_others()
    {
        // 16 tokens take 240 ps a layer: two layers are at the host after 780 ps, three would take 1,020 of the prefill's 1,000.
        Scenario scenario = Slack(6, variant: 0, new Ask(0, 12, 5), new Ask(0, 16, 2)) with { LinkPsPerToken = 60 };
        Story story = new(scenario);
        story.Runs("0: 28/2", "1000: +1", "2000: +1", "3000: +1", "4000: +1", "5780: +1");
        Assert.That(story.Counters.SwappedOutBytes, Is.EqualTo(80), "two of four layers of 16 tokens");
        Assert.That(story.Log.Steps[0][1].LiveTokens, Is.EqualTo(12 + 1 + 8), "the kept layers are live");
        Assert.That(story[1].Ledger.TransferStall, Is.Zero);
    }

    [Test]
    public void What_the_prefill_does_not_hide_is_a_transfer_stall()
    {
        // A prefill predicted to take twice its time lets all four layers go: 1,260 ps, 260 of them behind nothing.
        Scenario scenario = Slack(6, variant: 0, new Ask(0, 12, 5), new Ask(0, 16, 2)) with { LinkPsPerToken = 60 };
        Story story = new(scenario with { Policy = scenario.Policy.With(Known with { PrefillCorrection = 2 }) });
        Assert.That(story.Iterations.Take(2), Is.EqualTo(new[] { "0: 28/2", "1260: +1" }));
        Assert.That((story[0].Ledger.TransferStall, story[1].Ledger.TransferStall), Is.EqualTo((260L, 260L)));
    }

    [Test]
    public void A_prompt_waits_for_compute_while_the_decodes_have_no_slack_for_it()
    {
        // Objective 1,400: two gaps of 1,000 leave 800 of slack, less than the prefill's 1,000.
        Story story = new(Slack(100, variant: 4, new Ask(0, 4, 3), new Ask(1500, 4, 1)));
        story.Runs("0: 4/1", "1000: +1", "2000: +1", "3000: 4/1");
        Assert.That((story[1].Ledger.QueueCompute, story[1].Ledger.QueueMemory), Is.EqualTo((1500L, 0L)));
    }

    [Test]
    public void A_prompt_runs_at_once_while_the_decodes_have_slack_for_it()
    {
        // Ten gaps leave 4,000.
        Story story = new(Slack(100, variant: 4, new Ask(0, 4, 11), new Ask(1500, 4, 1)));
        Assert.That(story.Iterations.Take(4), Is.EqualTo(new[] { "0: 4/1", "1000: +1", "2000: 4/1", "3000: +1" }));
    }

    [Test]
    public void Beyond_its_predicted_length_a_sequence_gains_slack_with_every_step_on_time()
    {
        // One more token is expected all the time: 400, 800, 1,200 of slack.
        Scenario scenario = Slack(100, variant: 4, new Ask(0, 4, 20), new Ask(1500, 4, 1));
        Story story = new(
            scenario with
            {
                Policy = scenario.Policy.With(
                Known with { LengthPredictor = LengthSource.Fixed, PredictedTokens = 2 })
            });
        Assert.That(story.Iterations.Take(4), Is.EqualTo(new[] { "0: 4/1", "1000: +1", "2000: +1", "3000: 4/1" }));
    }

    [Test]
    public void Without_the_limit_prompts_run_before_decodes()
    {
        Scenario scenario = Slack(100, variant: 4, new Ask(0, 4, 3), new Ask(1500, 4, 1));
        Story story = new(scenario with { Policy = scenario.Policy.With(Known with { SlackLimit = false }) });
        story.Runs("0: 4/1", "1000: +1", "2000: 4/1", "3000: +1");
    }

    [TestCase(KeptLayers.Fewest)]
    [TestCase(KeptLayers.Most)]
    public void A_prompt_keeps_the_fewest_layers_or_as_many_as_fit(KeptLayers kept)
    {
        // 20 layer blocks, A's 12 tokens take 12; B's 12 do not fit, one layer is in flight. All four layers are copied in 384 ps.
        //        fewest                                     most
        // 0      B holds a layer, keeps none                B holds two layers (6 blocks), keeps one
        // 1000   A decodes, its 13th token takes 4 blocks   the same: 19 of 20
        // 5000   A has ended: B is back at 5384             three layers are back at 5363
        Scenario scenario = Slack(5, variant: 0, new Ask(0, 12, 5), new Ask(0, 12, 2));
        Story story = new(scenario with { Policy = scenario.Policy.With(Known with { KeptLayers = kept }) });
        string back = kept == KeptLayers.Most ? "5363: +1" : "5384: +1";
        story.Runs("0: 24/2", "1000: +1", "2000: +1", "3000: +1", "4000: +1", back);
        Assert.That(story.Counters.SwappedOutBytes, Is.EqualTo(kept == KeptLayers.Most ? 90 : 120));
        Assert.That(story.Log.Steps[0][1].LiveTokens, Is.EqualTo(12 + 1 + (kept == KeptLayers.Most ? 3 : 0)));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void A_prompt_longer_than_the_slack_holds_all_others_back_or_is_passed(int lookPast)
    {
        // Iterations take 1,000 and 100 a prefill token beyond it; objective 1,400, all lengths known. A decodes ten gaps: 4,000 of
        // slack, 400 gained a step on time. B's 40 tokens take 5,000, C's 4 tokens 1,400; both are there from the first step on.
        // 1400   A's slack is 10 x 1,400 - 10 x 1,000 = 4,000: too little for B; C would do
        // literally both wait until A has ended; passing B, C runs at once, A ends 1,400 later
        Scenario scenario = Slack(100, variant: 4, new Ask(0, 4, 11), new Ask(900, 40, 1), new Ask(100, 4, 1));
        (RunOutcome outcome, RunOutcome stepped) = (Run(step: false), Run(step: true));
        Same.Outcome(outcome, stepped);
        Assert.That(outcome.Records.Select(r => r.FirstTokenPs),
            Is.EqualTo(lookPast == 0 ? [1400, 16800, 16800] : new long[] { 1400, 17800, 2800 }));

        RunOutcome Run(bool step)
        {
            Cluster cluster = new(scenario.Trace(), new RoundRobinRouter(), null);
            PolicySpec policy = scenario.Policy.With(Known with { LookPast = lookPast });
            ConstantTimeModel time = new() { StepPs = 1000, PerPrefillTokenPs = 100 };
            IScheduler scheduler = scenario.Scheduler.Create(new SchedulerInput(policy, 6000, 1400));
            cluster.Add(new EngineParts(scenario.Limits, scheduler, scenario.Memory(), time)
            {
                Host = scenario.Host(),
                Options = new ReplicaOptions(step, Check: true),
            });
            return cluster.Run();
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_sequence_that_is_lost_holds_prefills_back_or_not(bool protects)
    {
        // Objective 900, steps of 1,000: A never has slack.
        // 2000   B waits until A has ended, or starts at once
        Scenario scenario = Slack(100, variant: 4, new Ask(0, 4, 6), new Ask(1500, 4, 1));
        (RunOutcome outcome, RunOutcome stepped) = (Run(step: false), Run(step: true));
        Same.Outcome(outcome, stepped);
        Assert.That(outcome.Records[1].FirstTokenPs, Is.EqualTo(protects ? 7000 : 3000));

        RunOutcome Run(bool step)
        {
            Cluster cluster = new(scenario.Trace(), new RoundRobinRouter(), null);
            PolicySpec policy = scenario.Policy.With(Known with { ProtectLost = protects });
            IScheduler scheduler = scenario.Scheduler.Create(new SchedulerInput(policy, 6000, 900));
            cluster.Add(new EngineParts(scenario.Limits, scheduler, scenario.Memory(), scenario.Time)
            {
                Host = scenario.Host(),
                Options = new ReplicaOptions(step, Check: true),
            });
            return cluster.Run();
        }
    }

    private static readonly SloSlackKnobs Known = new()
    {
        LengthPredictor = LengthSource.Oracle,
        KeptLayers = KeptLayers.Fewest,
        ProtectLost = true,
        LookPast = 0,
    };

    /// <summary>Variant 4: objective 1.4 steps, two layers in flight; variant 0: 1 step, one layer. Fetched in the background,
    /// lengths known.</summary>
    private static Scenario Slack(int blocks, int variant, params Ask[] asks)
    {
        Scenario scenario = Story.Of("slo-slack", blocks, asks);
        return scenario with
        {
            Variant = variant,
            Policy = (scenario.Policy with { Layout = "layer-paged", Overflow = "offload" }).With(Known),
        };
    }
}
