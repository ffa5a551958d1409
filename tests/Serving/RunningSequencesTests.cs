using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>Slots, memory and counts move together. Blocks of four tokens.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RunningSequencesTests
{
    private readonly RunningSequences _running = new(new PagedKv(20, 4, 0, BlockCheck.Needed, 10));

    [Test]
    public void A_sequence_takes_grows_and_gives_back()
    {
        int slot = Admit(request: 3, tokens: 6);
        _running.StartDecoding(slot, 100);
        Assert.That(_running.NextStep, Is.EqualTo(new DecodeBatch(Sequences: 1, ContextTokens: 7, LongestContext: 7)));
        Assert.That(_running.LastKvTokens, Is.EqualTo(6));
        Steps(3);
        Assert.That((_running.LiveTokens, _running.Memory.UsedUnits, _running.LastKvTokens), Is.EqualTo((9L, 3L, 9)));
        _running.StopDecoding(slot);
        _running.Close(slot, 9, 9);
        Assert.That((_running.Count, _running.LiveTokens, _running.Memory.UsedUnits, _running.Most), Is.EqualTo((0, 0L, 0L, 1)));
    }

    [Test]
    public void An_evicted_sequence_keeps_its_slot_and_loses_its_place()
    {
        Admit(request: 1, tokens: 6);
        int slot = Admit(request: 2, tokens: 8);
        _running.Evict(slot, 8, 0);
        Assert.That((_running.Count, _running.LiveTokens, _running.Memory.UsedUnits), Is.EqualTo((1, 6L, 2L)));
        Assert.That(_running.Table[slot].Request, Is.EqualTo(2));
    }

    [Test]
    public void Held_memory_is_given_back_when_the_last_of_the_batch_has_finished()
    {
        int first = Admit(1, 8), second = Admit(2, 8);
        _running.Hold(first, 8);
        _running.ReleaseHeld();
        Assert.That((_running.HeldCount, _running.Memory.UsedUnits, _running.LiveTokens), Is.EqualTo((1, 4L, 8L)));
        _running.Hold(second, 8);
        _running.ReleaseHeld();
        Assert.That((_running.HeldCount, _running.Memory.UsedUnits, _running.LiveTokens), Is.EqualTo((0, 0L, 0L)));
    }

    [Test]
    public void Layers_that_stay_are_held_by_a_sequence_that_does_not_run()
    {
        RunningSequences running = new(new LayeredKv(40, 4, 4, 0, BlockCheck.Needed, 10));
        int slot = running.Table.Open(0);
        KvDemand whole = new(8, 12, 5);
        running.Take(slot, whole with { Layers = 3, KeptLayers = 1 }, default);
        running.Link(slot);
        Assert.That(running.Memory.UsedUnits, Is.EqualTo(6), "three layers of two blocks");
        running.Leave(slot, whole with { Layers = 1, KeptLayers = 1 }, default);
        Assert.That((running.Count, running.Memory.UsedUnits), Is.EqualTo((0, 2L)));
    }

    private int Admit(int request, int tokens)
    {
        int slot = _running.Table.Open(request);
        ref Sequence sequence = ref _running.Table[slot];
        sequence.PrefillTokens = sequence.PrefillDone = tokens;
        sequence.OutputTokens = 9;
        sequence.Phase = SequencePhase.Decoding;
        _running.Take(slot, new KvDemand(tokens, tokens + 8, 9), default);
        _running.Link(slot);
        _running.Computed(tokens);
        return slot;
    }

    private void Steps(long steps)
    {
        KvSpan span = default;
        _running.Memory.Advance(steps, ref span, watched: false);
        _running.Advance(steps, 200);
    }
}
