using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class VmmKvTests
{
    private static readonly IterationLoad PrefillOf8 = new(false, 8);

    /// <summary>Ten chunks of 4 tokens, one token a byte; mapping 100 ps, unmapping 10 ps.</summary>
    private static VmmOptions Small => new(40, 4, 1, 1) { Fused = true, Watermark = 0, MapPs = 100, UnmapPs = 10 };

    [Test]
    public void Admit_FreshRange_MapsItsPrompt_SyncOrHidden()
    {
        foreach ((bool sync, long hiddenPs, long wait) in new[] { (true, 1000L, 200L), (false, 1000L, 0L), (false, 50L, 150L) })
        {
            VmmKv memory = new(Small with { PrefillMapsSync = sync });
            KvGrant grant = default;
            memory.Admit(ref grant, new KvDemand(8, 10, 3), PrefillOf8);
            Assert.That(memory.StartIteration(PrefillOf8, hiddenPs), Is.EqualTo(wait), $"sync {sync}, hidden {hiddenPs}");
            Assert.That(grant.Units, Is.EqualTo(2));
        }
    }

    [Test]
    public void Admit_RangeOfAnEndedOwner_IsReusedByBestFitAndMapsOnlyTheRest()
    {
        VmmKv memory = new(Small with { PrefillMapsSync = true });
        KvGrant small = default, large = default, next = default;
        memory.Admit(ref small, new KvDemand(4, 4, 1), PrefillOf8);
        memory.Admit(ref large, new KvDemand(12, 12, 1), PrefillOf8);
        memory.StartIteration(PrefillOf8, 0);
        memory.Release(ref small, 0);
        memory.Release(ref large, 0);
        Assert.That(memory.IdleChunks, Is.EqualTo(4));

        memory.Admit(ref next, new KvDemand(7, 7, 1), PrefillOf8);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(next.Units, Is.EqualTo(3), "the smallest range that covers two units");
            Assert.That(memory.StartIteration(PrefillOf8, 0), Is.Zero, "nothing to map");
            Assert.That(memory.IdleChunks, Is.EqualTo(1));
        }
    }

    [Test]
    public void Growth_PoolHeldByIdleRanges_TakesTheirChunksBack()
    {
        VmmKv memory = new(Small with { DecodeMapsSync = true, UnmapsSync = true });
        KvGrant grant = default, idle = default;
        memory.Admit(ref grant, new KvDemand(4, 9, 6), default);
        memory.Admit(ref idle, new KvDemand(36, 36, 1), default);
        memory.StartIteration(default, long.MaxValue / 2);
        memory.Release(ref idle, 0);
        memory.Join(ref grant, 4);
        Assert.That(memory.Horizon(5, -1, 1000), Is.EqualTo(4), "one step that takes a chunk back, then those until the next");
        Assert.That(memory.StartIteration(new IterationLoad(true, 1), 0), Is.EqualTo(110), "unmap one, map one");
        KvSpan span = default;
        memory.Advance(4, ref span, true);
        Assert.That((memory.UsedUnits, memory.IdleChunks), Is.EqualTo((2L, 8L)));
    }

    [Test]
    public void Covered_sequence_grows_only_beyond_what_is_mapped_for_it()
    {
        VmmKv memory = new(Small with { LookAheadTokens = 4 });
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(4, 12, 9), default);
        memory.Join(ref grant, 4);
        KvSpan span = default;
        Assert.That(memory.Horizon(100, -1, 0), Is.EqualTo(4), "until the look-ahead is used up");
        memory.Advance(4, ref span, false);
        Assert.That(memory.UsedUnits, Is.EqualTo(2));
        memory.Advance(1, ref span, false);
        Assert.That(memory.UsedUnits, Is.EqualTo(3));
    }

    [Test]
    public void Elastic_IterationTakesActivations_KvMayHaveTheRest()
    {
        VmmKv memory = new(Small with { Elastic = true, ActivationBytesPerToken = 2 });
        using (Assert.EnterMultipleScope())
        {
            // 8 tokens: 2 chunks of KV, 4 of activations. 14 tokens would need 4 + 7 of 10.
            Assert.That(memory.CanAdmit(new KvDemand(8, 8, 1), new IterationLoad(false, 8)), Is.EqualTo(Admission.Now));
            Assert.That(memory.CanAdmit(new KvDemand(14, 14, 1), new IterationLoad(false, 14)), Is.EqualTo(Admission.Never));
            Assert.That(memory.CanAdmit(new KvDemand(8, 8, 1), new IterationLoad(false, 18)), Is.EqualTo(Admission.Later));
        }
        memory.StartIteration(new IterationLoad(false, 8), 0);
        Assert.That(memory.ActivationChunks, Is.EqualTo(4), "mapped by the prefill, kept idle after it");
    }

    [Test]
    public void Chunk_smaller_than_a_token_is_refused() =>
        Assert.That(() => new VmmKv(new VmmOptions(1000, 4, 1, 10) { Fused = true }), Throws.TypeOf<InputException>().With.Message.Contains("policy.chunk_kib"));
}
