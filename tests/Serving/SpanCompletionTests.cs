using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class SpanCompletionTests
{
    private static readonly Decision Prefill = Decision.Run(false, 1, Blocked.None);
    private static readonly Decision Decode = Decision.Run(true, 1, Blocked.None);

    [Test]
    public void The_last_chunk_emits_the_first_token_and_the_scheduler_learns_the_latest()
    {
        SmallEngine engine = new([(6, 3), (6, 3)]);
        engine.Requests.Arrive(0, 0);
        engine.Requests.Arrive(1, 400);
        IterationOutcome outcome = engine.Run(500, Decision.Admit(6, 6), Decision.Admit(5, 6), Prefill);
        Assert.That((outcome.LatestFirstTokenPs, outcome.LastStepEndPs, outcome.HeadArrivalPs), Is.EqualTo((1500L, -1L, -1L)));
        Assert.That(engine.Records.Select(r => r.FirstTokenPs), Is.EqualTo(new[] { 1500L, -1 }));
        Assert.That(engine.State.Running.LiveTokens, Is.EqualTo(11));
    }

    [Test]
    public void A_prompt_with_one_token_to_emit_ends_with_its_prefill()
    {
        SmallEngine engine = new SmallEngine([(6, 1)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Prefill);
        Assert.That((engine.Records[0].Status, engine.Records[0].FinishPs), Is.EqualTo((RequestStatus.Finished, 1000L)));
        Assert.That((engine.State.Running.Memory.UsedUnits, engine.State.Running.LiveTokens, engine.View.Running), Is.EqualTo((0L, 0L, 0)));
    }

    [Test]
    public void Completions_of_one_step_are_in_order_of_arrival()
    {
        SmallEngine engine = new SmallEngine([(4, 2), (9, 2), (2, 2)]).Arrived();
        engine.Run(0, Decision.Admit(4, 4), Decision.Admit(9, 9), Decision.Admit(2, 2), Prefill);
        engine.Run(1000, Decode);
        Assert.That(engine.Ended, Is.EqualTo(new[] { 0, 1, 2 }));
        EngineInvariants.Check(engine.State.Running, engine.State.Host);
    }

    [Test]
    public void A_streamed_prompt_is_parked_with_its_first_token_out()
    {
        SmallEngine engine = new SmallEngine([(8, 5)]).Arrived();
        engine.Run(0, Decision.AdmitToHost(8, 4), Prefill);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((engine.PhaseOf(0), engine.View.Parked, engine.View.Running), Is.EqualTo((SequencePhase.Parked, 1, 0)));
            Assert.That((engine.State.Running.Memory.UsedUnits, engine.State.Running.LiveTokens), Is.EqualTo((0L, 0L)));
            Assert.That(engine.State.Host.UsedTokens, Is.EqualTo(8));
            Assert.That(engine.Records[0].FirstTokenPs, Is.EqualTo(8000), "the link takes longer than the iteration");
        }
        engine.Run(8000, Decision.Resume, Decode);
        Assert.That((engine.View.Decoding, engine.State.Host.UsedBytes, engine.State.Running.LiveTokens), Is.EqualTo((1, 0L, 9L)));
        Assert.That(engine.Seen.TokenGaps, Is.EqualTo(new[] { 9000L }), "the fetch and a step after the first token");
    }

    [Test]
    public void A_streamed_prompt_with_one_token_to_emit_gives_its_place_on_the_host_back()
    {
        SmallEngine engine = new SmallEngine([(8, 1)]).Arrived();
        engine.Run(0, Decision.AdmitToHost(8, 4), Prefill);
        RunCounters counters = default;
        engine.State.Host.AddTo(ref counters);
        Assert.That((engine.State.Host.UsedBytes, counters.DroppedHostBytes), Is.EqualTo((0L, 80L)));
        Assert.That(engine.State.Running.Memory.UsedUnits, Is.Zero);
        EngineInvariants.Check(engine.State.Running, engine.State.Host);
    }

    [Test]
    public void Books_that_do_not_add_up_are_found()
    {
        SmallEngine engine = new SmallEngine([(8, 5)]).Arrived();
        engine.Run(0, Decision.Admit(8, 8), Prefill);
        EngineInvariants.Check(engine.State.Running, engine.State.Host);
        engine.State.Running.Computed(1);
        Assert.That(
            () => EngineInvariants.Check(engine.State.Running, engine.State.Host),
            Throws.InvalidOperationException.With.Message.EqualTo("sequences hold 8 tokens but 9 are counted"));
        engine.State.Running.Computed(-1);
        KvGrant stolen = default;
        engine.State.Running.Memory.Admit(ref stolen, new KvDemand(4, 4, 1), default);
        Assert.That(
            () => EngineInvariants.Check(engine.State.Running, engine.State.Host),
            Throws.InvalidOperationException.With.Message.EqualTo("sequences occupy 2 KV units but the memory has given out 3"));
    }
}
