using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class ContiguousKvTests
{
    [TestCase(Reservation.Max, 100, 128)]
    [TestCase(Reservation.Pow2, 10 + 32, 64)]
    [TestCase(Reservation.Oracle, 10 + 20, 32)]
    public void Admit_prompt_of10_and_output_of20_reserves_by_the_rule(Reservation reservation, int requested, int region)
    {
        ContiguousKv memory = new(1024, reservation, maxModelLen: 100, minRegion: 16, bytesPerToken: 1);
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(10, 29, 20), default);
        KvSpan span = default;
        memory.Advance(3, ref span, true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.AllocatedTokens, Is.EqualTo(region));
            Assert.That(memory.UnitsOf(grant, 12), Is.EqualTo(region));
            Assert.That((span.AllocatedSum, span.AllocatedMoment), Is.EqualTo((3L * region, 3L * region)));
            Assert.That((span.PlannedTokens, span.RequestedTokens), Is.EqualTo((29L, (long)requested)));
        }
        memory.Release(ref grant, 29);
        memory.Advance(1, ref span, true);
        Assert.That((memory.AllocatedTokens, span.PlannedTokens, span.RequestedTokens), Is.EqualTo((0L, 0L, 0L)));
    }

    [Test]
    public void Admit_pow2_never_asks_for_more_than_max_model_len()
    {
        ContiguousKv memory = new(1024, Reservation.Pow2, maxModelLen: 100, minRegion: 1, bytesPerToken: 1);
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(40, 99, 60), default);
        KvSpan span = default;
        memory.Advance(1, ref span, true);
        Assert.That(span.RequestedTokens, Is.EqualTo(100));
    }

    [Test]
    public void Can_admit_fragmented_pool_is_later()
    {
        ContiguousKv memory = new(64, Reservation.Oracle, maxModelLen: 100, minRegion: 16, bytesPerToken: 1);
        KvGrant[] grants = new KvGrant[4];
        for (int i = 0; i < 4; i++)
            memory.Admit(ref grants[i], new KvDemand(10, 15, 6), default);
        memory.Release(ref grants[0], 15);
        memory.Release(ref grants[2], 15);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.AllocatedTokens, Is.EqualTo(32));
            Assert.That(memory.CanAdmit(new KvDemand(10, 15, 6), new IterationLoad(false, 0)), Is.EqualTo(Admission.Now));
            Assert.That(memory.CanAdmit(new KvDemand(20, 24, 5), new IterationLoad(false, 0)), Is.EqualTo(Admission.Later),
                "32 tokens are free, not in one piece");
            Assert.That(memory.CanAdmit(new KvDemand(60, 64, 5), new IterationLoad(false, 0)), Is.EqualTo(Admission.Never));
        }
    }
}
