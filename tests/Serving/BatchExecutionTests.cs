using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>How long spans are, what they wait for, and what ends with them.</summary>
internal sealed class BatchExecutionTests
{
    private static readonly Decision Jump = Decision.Run(true, Decision.Unlimited, Blocked.None);

    [Test]
    public void Decode_steps_jump_to_the_next_completion_and_prefills_are_one_step()
    {
        SmallEngine engine = new SmallEngine([(6, 9), (6, 5)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(6, 6), Jump);
        IterationOutcome outcome = engine.Run(1000, Jump);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                engine.Seen.Spans.Select(s => (s.StartPs, s.EndPs, s.Steps)),
                Is.EqualTo(new[] { (0L, 1000L, 1L), (1000, 5000, 4) }));
            Assert.That((outcome.EndOf(4), outcome.LastStepEndPs, outcome.LatestFirstTokenPs), Is.EqualTo((5000L, 1000L, -1L)));
            Assert.That(engine.Records.Select(r => r.FinishPs), Is.EqualTo(new[] { -1L, 5000 }));
        }
    }

    [TestCase(3, 3)]
    [TestCase(1, 1)]
    public void A_jump_is_no_longer_than_the_decision_holds(int horizon, int steps)
    {
        SmallEngine engine = Decoding();
        engine.Run(1000, Decision.Run(true, horizon, Blocked.None));
        Assert.That(engine.Seen.Spans[^1].Steps, Is.EqualTo(steps));
    }

    [Test]
    public void Beside_others_on_the_gpu_every_step_is_its_own()
    {
        SmallEngine engine = Decoding();
        engine.Execution.Start(engine.Ask(1000, Jump), alone: false, 1000);
        Assert.That(engine.Execution.Span.Steps, Is.EqualTo(1));
    }

    [Test]
    public void A_jump_ends_before_memory_runs_out()
    {
        SmallEngine engine = new SmallEngine([(6, 30), (6, 30)], blocks: 10).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(6, 6), Jump);
        engine.Run(1000, Jump);
        Assert.That(engine.Seen.Spans[^1].Steps, Is.EqualTo(14), "five blocks each: 20 tokens, and 6 are there");
    }

    [Test]
    public void A_sample_that_is_wanted_cuts_the_jump()
    {
        SmallEngine engine = Decoding();
        engine.Seen.NextSamplePs = 3500;
        engine.Run(1000, Jump);
        Assert.That((engine.Seen.Spans[^1].EndPs, engine.Seen.Samples), Is.EqualTo((4000L, Array.Empty<ReplicaSample>())));
    }

    [Test]
    public void A_swap_stalls_the_iteration_that_follows_and_only_that()
    {
        SmallEngine engine = new SmallEngine([(6, 9), (8, 9)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(8, 8), Jump);
        engine.Run(1000, Decision.Preempt, Jump);
        engine.Run(10_000, Jump);
        Assert.That(engine.Seen.Spans.Select(s => (s.StallPs, s.Steps)), Is.EqualTo(new[] { (0L, 1L), (8000, 1), (0, 7) }));
        Assert.That(engine.Records[0].Ledger.TransferStall, Is.EqualTo(8000));
    }

    [Test]
    public void An_arrival_cuts_the_jump_at_the_end_of_its_step()
    {
        SmallEngine engine = Decoding();
        engine.Execution.Start(engine.Ask(1000, Jump), alone: true, 1000);
        Assert.That((engine.Execution.Cut(2500), engine.Execution.Cut(2600)), Is.EqualTo((true, false)));
        Assert.That(engine.Execution.Span.EndPs, Is.EqualTo(3000));
        engine.Finish();
        Assert.That(engine.Execution.Cut(2600), Is.False, "nothing runs");
        RunCounters counters = default;
        engine.Execution.AddTo(ref counters);
        Assert.That((counters.Iterations, counters.PrefillIterations, counters.BusyPs), Is.EqualTo((3L, 1L, 3000L)));
        Assert.That((counters.PrefillTokens, counters.DecodeTokens), Is.EqualTo((6L, 2L)));
    }

    [Test]
    public void An_empty_iteration_is_a_fault_of_the_scheduler() =>
        Assert.That(
            () => new SmallEngine([]).Run(0, Jump),
            Throws.InvalidOperationException.With.Message.EqualTo("Scripted runs an empty iteration"));

    private static SmallEngine Decoding()
    {
        SmallEngine engine = new SmallEngine([(6, 9)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Jump);
        return engine;
    }
}
