using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>What each decision does to sequences, memory and host, round by round.</summary>
internal sealed class DecisionExecutionTests
{
    private static readonly Decision Decode = Decision.Run(true, 1, Blocked.None);

    [Test]
    public void Admitting_gives_blocks_and_a_chunk_and_rejecting_takes_the_head_away()
    {
        SmallEngine engine = new SmallEngine([(6, 3), (9, 3), (5, 3)]).Arrived();
        engine.Ask(5, Decision.Admit(6, 6), Decision.Reject, Decision.Admit(2, 5), Decision.Run(false, 1, Blocked.None));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((engine.View.Running, engine.View.Waiting), Is.EqualTo((2, 0)));
            Assert.That((engine.View.PreparedTokens, engine.View.AdmittedThisRound), Is.EqualTo((8, 2)));
            Assert.That(engine.State.Running.Memory.UsedUnits, Is.EqualTo(2 + 2));
            Assert.That(engine.Records.Select(r => r.Status == RequestStatus.Rejected), Is.EqualTo(new[] { false, true, false }));
        }
    }

    [Test]
    public void A_prompt_is_continued_chunk_by_chunk()
    {
        SmallEngine engine = new SmallEngine([(10, 3)]).Arrived();
        engine.Run(0, Decision.Admit(4, 4), Decode);
        Assert.That(engine.View.UnfinishedPrefillTokens, Is.Zero, "it has its chunk in this round");
        engine.State.Batch.Begin(1000);
        Assert.That((engine.View.UnfinishedPrefillTokens, engine.View.UnfinishedPrefillDone), Is.EqualTo((6, 4)));
        engine.Run(1000, Decision.Continue(6, 10), Decode);
        Assert.That((engine.PhaseOf(0), engine.State.Running.LiveTokens), Is.EqualTo((SequencePhase.Decoding, 10L)));
        Assert.That(engine.Records[0].FirstTokenPs, Is.EqualTo(2000));
    }

    [Test]
    public void A_preempted_sequence_goes_to_the_host_when_it_has_room_and_is_recomputed_when_not()
    {
        SmallEngine engine = new SmallEngine([(6, 9), (8, 9)], hostTokens: 9).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(8, 8), Decode);
        engine.Ask(1000, Decision.Preempt, Decision.Preempt, Decision.Idle(Blocked.Memory));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((engine.View.Parked, engine.View.Waiting, engine.View.Running), Is.EqualTo((1, 1, 0)), "the later one first");
            Assert.That((engine.PhaseOf(1), engine.State.Host.StallPs), Is.EqualTo((SequencePhase.Parked, 8000L)));
            Assert.That((engine.Records[0].RecomputedTokens, engine.Records[1].RecomputedTokens), Is.EqualTo((6L, 0L)));
            Assert.That((engine.State.Running.LiveTokens, engine.State.Running.Memory.UsedUnits), Is.EqualTo((0L, 0L)));
        }
    }

    [Test]
    public void What_resumes_at_once_decodes_in_the_iteration_that_waits_for_it()
    {
        SmallEngine engine = new SmallEngine([(6, 9)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decode);
        engine.Ask(1000, Decision.Preempt, Decision.Resume, Decode);
        Assert.That((engine.PhaseOf(0), engine.View.Parked, engine.State.Host.UsedBytes), Is.EqualTo((SequencePhase.Decoding, 0, 0L)));
        Assert.That((engine.State.Host.StallPs, engine.State.Running.LiveTokens), Is.EqualTo((12_000L, 6L)), "there and back");
    }

    [Test]
    public void What_resumes_in_the_background_holds_memory_and_decodes_when_it_is_there()
    {
        SmallEngine engine = new SmallEngine([(6, 9), (6, 9)], SmallEngine.Limits with { FetchInBackground = true }).Arrived();
        // Beside another: alone it would come back to the very room that it gave up.
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(6, 6), Decode);
        engine.Ask(1000, Decision.Preempt, Decision.Resume, Decision.Idle(Blocked.None));
        Assert.That((engine.PhaseOf(1), engine.View.Fetching), Is.EqualTo((SequencePhase.Fetching, 1)));
        Assert.That(engine.State.Running.Memory.UsedUnits, Is.EqualTo(4));
        engine.Decisions.ReturnFetched(6999);
        Assert.That(engine.View.Decoding, Is.EqualTo(1));
        engine.Decisions.ReturnFetched(7000);
        Assert.That((engine.View.Decoding, engine.View.Fetching, engine.Records[1].Ledger.Parked), Is.EqualTo((2, 0, 6000L)));
    }

    [Test]
    public void An_offloaded_prompt_goes_to_the_host_with_the_layers_it_does_not_keep()
    {
        SmallEngine engine = new SmallEngine([(8, 9)]).Arrived();
        engine.Ask(0, Decision.AdmitByLayer(8, holdLayers: 2, keptLayers: 1), Decision.Run(false, 1, Blocked.None));
        HostTraffic host = engine.State.Host;
        Assert.That((host.AwayLayers(0), host.UsedBytes, host.StreamedTokens), Is.EqualTo((3, 60L, 6)));
    }

    [Test]
    public void A_scheduler_that_never_runs_anything_is_stopped()
    {
        SmallEngine engine = new([(6, 9)]);
        engine.Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decode);
        Decision[] circle = [.. Enumerable.Repeat(new[] { Decision.Preempt, Decision.Resume }, 40).SelectMany(pair => pair)];
        Assert.That(
            () => engine.Ask(1000, circle),
            Throws.InvalidOperationException.With.Message.EqualTo("Scripted made 68 decisions at one boundary"));
    }
}
