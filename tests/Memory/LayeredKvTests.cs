using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

/// <summary>Ten blocks of four tokens in eight layers: 80 layer blocks.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LayeredKvTests
{
    private readonly LayeredKv _memory = new(10, 4, 8, watermarkBlocks: 1, BlockCheck.Needed, 16);

    [Test]
    public void Tokens_take_a_block_in_each_of_their_layers()
    {
        KvGrant some = default, all = default;
        _memory.Admit(ref some, new KvDemand(9, 20, 10) { Layers = 3 }, default);
        Assert.That((_memory.UsedUnits, _memory.AllocatedTokens), Is.EqualTo((9L, 4L)), "three blocks in three layers");
        _memory.Admit(ref all, new KvDemand(9, 20, 10), default);
        Assert.That(_memory.UsedUnits, Is.EqualTo(9 + 24));
        _memory.Admit(ref some, new KvDemand(9, 20, 10), default);
        Assert.That(_memory.UsedUnits, Is.EqualTo(24 + 24), "the other layers of the first");
        _memory.Join(ref all, 9);
        KvSpan span = default;
        _memory.Advance(4, ref span, watched: true);
        Assert.That(_memory.UsedUnits, Is.EqualTo(24 + 24 + 8), "its thirteenth token opens a block in every layer");
        Assert.That(span.AllocatedSum, Is.EqualTo((3 * 24) + 28));
        _memory.Leave(ref all, 13);
        _memory.Release(ref all, 13);
        _memory.Release(ref some, 0);
        Assert.That(_memory.UsedUnits, Is.Zero);
    }

    [Test]
    public void Admission_by_layer_needs_room_for_these_layers_only_and_leaves_the_watermark()
    {
        KvGrant first = default;
        _memory.Admit(ref first, new KvDemand(28, 28, 1), default);
        Assert.That(_memory.CanAdmit(new KvDemand(16, 16, 1), default), Is.EqualTo(Admission.Later), "24 are free, 32 wanted");
        Assert.That(_memory.CanAdmit(new KvDemand(16, 16, 1) { Layers = 4 }, default), Is.EqualTo(Admission.Now));
        Assert.That(_memory.CanAdmit(new KvDemand(16, 16, 1) { Layers = 5 }, default), Is.EqualTo(Admission.Later), "the watermark");
        Assert.That(_memory.CanAdmit(new KvDemand(37, 37, 1) { Layers = 1 }, default), Is.EqualTo(Admission.Never), "could never be whole");
    }

    [Test]
    public void What_waiting_sequences_keep_leaves_room_for_each_of_them_whole()
    {
        // Five blocks in two layers are kept, 38 layer blocks are lacking (six blocks whole, for one token more).
        KvDemand waits = new(20, 20, 1) { Layers = 2, KeptLayers = 2 };
        KvGrant[] grants = new KvGrant[4];
        for (int i = 0; i < 4; i++)
        {
            Assert.That(_memory.CanAdmit(waits, default), Is.EqualTo(Admission.Now), $"number {i}");
            _memory.Admit(ref grants[i], waits, default);
        }
        Assert.That(_memory.CanAdmit(waits, default), Is.EqualTo(Admission.Later), "50 kept and 38 lacking of 80");
        Assert.That(_memory.CanComplete(grants[0], new KvDemand(21, 21, 1), default), Is.False, "40 are free, 38 lacking, the watermark");
        Assert.That(_memory.CanExtend(grants[0], 21, default), Is.True);
        for (int i = 0; i < 4; i++)
            _memory.Release(ref grants[i], 0);
        Assert.That(_memory.CanAdmit(new KvDemand(35, 35, 1) { Layers = 2, KeptLayers = 2 }, default), Is.EqualTo(Admission.Now));
    }

    [Test]
    public void One_that_waits_without_keeping_anything_finds_room_when_the_others_have_finished()
    {
        // Whole, with a token more, it takes nine of ten blocks in eight layers: others may keep eight layer blocks.
        KvGrant all = default;
        KvDemand none = new(35, 39, 5) { Layers = 2 };
        Assert.That(_memory.CanAdmit(none, default), Is.EqualTo(Admission.Now));
        _memory.Admit(ref all, none, default);
        _memory.Release(ref all, 0);
        KvDemand two = new(4, 8, 5) { Layers = 2, KeptLayers = 2 };
        Assert.That(_memory.CanAdmit(two, default), Is.EqualTo(Admission.Now), "8 are left");
        Assert.That(_memory.CanAdmit(two with { Tokens = 20 }, default), Is.EqualTo(Admission.Later), "10 would be kept");
    }
}
