using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>Each edge of the state diagram, by hand: phase, record and ledger.</summary>
internal sealed class RequestLifecycleTests
{
    [Test]
    public void A_request_that_fits_nowhere_ends_at_its_arrival()
    {
        SmallEngine engine = new([(500, 10), (1001, 1)], blocks: 10);
        Assert.That((engine.Requests.Arrive(0, 5), engine.Requests.Arrive(1, 6)), Is.EqualTo((false, false)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(engine.Records.Select(r => r.Status), Is.All.EqualTo(RequestStatus.Rejected));
            Assert.That(engine.Records.Select(r => r.FinishPs), Is.EqualTo(new[] { 5L, 6 }));
            Assert.That((engine.Requests.Outstanding, engine.State.Queue.Count), Is.EqualTo((0, 0)));
            Assert.That(engine.Ended, Is.EqualTo(new[] { 0, 1 }));
        }
    }

    [Test]
    public void Outputs_are_cut_to_what_the_model_has_room_for()
    {
        SmallEngine engine = new([(990, 50), (1000, 50)], blocks: 1000);
        engine.Arrived();
        Assert.That(engine.Records.Select(r => (r.OutputTokens, r.Clipped)), Is.EqualTo(new[] { (10, true), (1, true) }));
    }

    [Test]
    public void From_arrival_to_the_last_token_the_ledger_leaves_nothing_out()
    {
        SmallEngine engine = new([(6, 3)]);
        engine.Arrived(nowPs: 10);
        int slot = engine.Requests.Admit(40);
        Assert.That((engine.PhaseOf(slot), engine.Records[0].FirstScheduledPs), Is.EqualTo((SequencePhase.Prefilling, 40L)));
        Begin(engine, slot);
        engine.State.Clocks.Spend(runPs: 100, decodePs: 0, new SpanStalls(MapPs: 7, 0, 0));
        Assert.That(engine.Requests.FinishPrompt(slot, 147), Is.EqualTo(137), "TTFT");
        engine.Requests.StartDecoding(slot, 147, 147);
        Assert.That(engine.PhaseOf(slot), Is.EqualTo(SequencePhase.Decoding));
        engine.State.Clocks.Spend(runPs: 60, decodePs: 50, default);
        engine.State.Running.Advance(2, 207);
        engine.Requests.StopDecoding(slot);
        engine.Requests.Finish(slot, 8, 8, 207);
        RequestRecord record = engine.Records[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((record.Status, record.EmittedTokens), Is.EqualTo((RequestStatus.Finished, 3)));
            Assert.That((record.FirstTokenPs, record.FinishPs), Is.EqualTo((147L, 207L)));
            Assert.That((record.Ledger.QueueCompute, record.Ledger.Prefill, record.Ledger.MapStall), Is.EqualTo((30L, 100L, 7L)));
            Assert.That((record.Ledger.Decode, record.Ledger.PrefillInterference, record.Ledger.Total), Is.EqualTo((50L, 10L, 197L)));
            Assert.That(engine.Requests.Outstanding, Is.Zero);
        }
    }

    [TestCase(false, 0)]
    [TestCase(true, 1)]
    public void A_preempted_request_waits_ahead_of_the_others_or_behind_them(bool behind, int head)
    {
        SmallEngine engine = new([(6, 3), (6, 3)], SmallEngine.Limits with { RequeueBehind = behind });
        engine.Arrived();
        int slot = engine.Requests.Admit(0);
        Begin(engine, slot);
        engine.State.Clocks.Spend(20, 0, default);
        engine.Requests.FinishPrompt(slot, 20);
        engine.Requests.StartDecoding(slot, 20, 20);
        engine.Requests.Preempt(slot);
        engine.State.Running.Evict(slot, 0, 6);
        engine.Requests.Requeue(slot, lostTokens: 6, 30);
        Assert.That(engine.State.Queue.Head, Is.EqualTo(head));
        if (behind)
            engine.State.Queue.Take();
        int again = engine.Requests.Admit(70);
        engine.State.Clocks.Spend(25, 0, default);
        Assert.That(engine.Requests.FinishPrompt(again, 95), Is.EqualTo(-1), "its first token has been");
        RequestRecord record = engine.Records[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((record.Preemptions, record.RecomputedTokens, record.EmittedTokens), Is.EqualTo((1, 6L, 1)));
            Assert.That((record.Ledger.Preempted, record.Ledger.Recompute, record.Ledger.Prefill), Is.EqualTo((40L, 25L, 20L)));
            Assert.That(engine.State.Running.Table[again].PrefillTokens, Is.EqualTo(7), "the prompt and the token it had emitted");
            Assert.That(engine.Seen.TokenGaps, Is.EqualTo(new[] { 75L }), "from the first token to the one after the recomputation");
            Assert.That(record.FirstTokenPs, Is.EqualTo(20));
        }
    }

    [Test]
    public void Time_in_host_memory_has_a_term_of_its_own()
    {
        SmallEngine engine = new([(6, 9)]);
        engine.Arrived();
        int slot = engine.Requests.Admit(0);
        Begin(engine, slot);
        engine.Requests.FinishPrompt(slot, 0);
        engine.Requests.StartDecoding(slot, 0, 0);
        engine.Requests.Preempt(slot);
        engine.State.Running.Evict(slot, 0, 6);
        engine.Requests.Park(slot, 100);
        Assert.That(engine.PhaseOf(slot), Is.EqualTo(SequencePhase.Parked));
        engine.Requests.Fetch(slot);
        Assert.That(engine.PhaseOf(slot), Is.EqualTo(SequencePhase.Fetching));
        engine.Requests.Return(slot, 350);
        Assert.That((engine.PhaseOf(slot), engine.Records[0].Ledger.Parked), Is.EqualTo((SequencePhase.Decoding, 250L)));
    }

    [Test]
    public void Finished_sequences_of_a_batch_keep_their_memory_until_none_runs()
    {
        SmallEngine engine = new([(8, 1), (8, 2)], SmallEngine.Limits with { HoldUntilBatchEnds = true });
        engine.Arrived();
        int first = engine.Requests.Admit(0), second = engine.Requests.Admit(0);
        Begin(engine, first);
        Begin(engine, second);
        engine.Requests.FinishPrompt(first, 10);
        engine.Requests.Finish(first, 0, 8, 10);
        engine.State.Running.ReleaseHeld();
        Assert.That((engine.PhaseOf(first), engine.State.Running.Memory.UsedUnits), Is.EqualTo((SequencePhase.Held, 4L)));
        engine.Requests.FinishPrompt(second, 10);
        engine.Requests.Finish(second, 0, 8, 10);
        engine.State.Running.ReleaseHeld();
        Assert.That(engine.State.Running.Memory.UsedUnits, Is.Zero);
    }

    [Test]
    public void The_head_can_be_turned_away_after_it_has_waited()
    {
        SmallEngine engine = new([(6, 3)]);
        engine.Arrived();
        Assert.That(engine.Requests.HeadArrivalPs, Is.Zero);
        engine.Requests.RejectHead(50);
        Assert.That((engine.Records[0].Status, engine.Records[0].Ledger.Total), Is.EqualTo((RequestStatus.Rejected, 50L)));
        Assert.That(engine.Requests.HeadArrivalPs, Is.EqualTo(-1));
    }

    /// <summary>Memory for the prompt, and its place; the tokens are not counted as live.</summary>
    private static void Begin(SmallEngine engine, int slot)
    {
        ref Sequence sequence = ref engine.State.Running.Table[slot];
        engine.State.Running.Take(slot, engine.Records[sequence.Request].Demand(sequence.PrefillTokens), default);
        engine.State.Running.Link(slot);
        sequence.PrefillDone = sequence.PrefillTokens;
    }
}
