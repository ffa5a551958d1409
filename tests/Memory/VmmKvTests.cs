using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class VmmKvTests
{
    private static readonly IterationLoad PrefillOf8 = new(false, 8);

    /// <summary>Ten chunks of 4 tokens, one token a byte; mapping 100 ps, unmapping 10 ps.</summary>
    private static VmmOptions Small =>
        new(40, 4, 1, 1) { Fused = true, Watermark = 0, Map = [new DriverCall(100)], Unmap = [new DriverCall(10)] };

    [Test]
    public void Admit_fresh_range_maps_its_prompt_sync_or_hidden()
    {
        foreach ((bool sync, long hiddenPs, long wait) in new[] { (true, 1000L, 200L), (false, 1000L, 0L), (false, 50L, 150L) })
        {
            VmmKv memory = new(Small with { PrefillMaps = sync ? CallTiming.Sync : CallTiming.Background });
            KvGrant grant = default;
            memory.Admit(ref grant, new KvDemand(8, 10, 3), PrefillOf8);
            Assert.That(memory.StartIteration(PrefillOf8, hiddenPs), Is.EqualTo(wait), $"sync {sync}, hidden {hiddenPs}");
            Assert.That(grant.Units, Is.EqualTo(2));
        }
    }

    [Test]
    public void Admit_range_of_an_ended_owner_is_reused_by_best_fit_and_maps_only_the_rest()
    {
        VmmKv memory = new(Small with { PrefillMaps = CallTiming.Sync });
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
    public void Growth_pool_held_by_idle_ranges_takes_their_chunks_back()
    {
        VmmKv memory = new(Small with { GrowthMaps = CallTiming.Sync, Unmaps = CallTiming.Sync });
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
    public void Elastic_iteration_takes_activations_kv_may_have_the_rest()
    {
        VmmKv memory = new(Small with { Elastic = true, Activation = new ActivationDemand(2, 0) });
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
        Assert.That(() => new VmmKv(new VmmOptions(1000, 4, 1, 10) { Fused = true }),
            Throws.TypeOf<InputException>().With.Message.Contains("policy.chunk_kib"));

    [Test]
    public void Drain_calls_are_waited_for_and_the_iteration_loses_the_drain_once()
    {
        VmmKv memory = new(Small with { PrefillMaps = CallTiming.Drain, Unmaps = CallTiming.Drain, DrainPs = 7, KeepChunks = 0 });
        KvGrant first = default, second = default;
        memory.Admit(ref first, new KvDemand(8, 8, 1), PrefillOf8);
        memory.Admit(ref second, new KvDemand(4, 4, 1), PrefillOf8);
        Assert.That(memory.StartIteration(PrefillOf8, long.MaxValue), Is.EqualTo(300 + 7));
        memory.Release(ref first, 0);
        Assert.That(memory.StartIteration(PrefillOf8, long.MaxValue), Is.EqualTo(20 + 7));
        Assert.That(memory.StartIteration(PrefillOf8, 0), Is.Zero);
    }

    [Test]
    public void Broadcast_every_batch_of_calls_pays_it_once()
    {
        VmmKv memory = new(Small with { PrefillMaps = CallTiming.Sync, Ranks = 2, BroadcastPs = 9 });
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(8, 8, 1), PrefillOf8);
        Assert.That(memory.StartIteration(PrefillOf8, 0), Is.EqualTo(209));
    }

    [Test]
    public void Idle_ranges_that_are_not_taken_back_are_room_only_for_their_next_owner()
    {
        foreach (bool reclaims in new[] { true, false })
        {
            VmmKv memory = new(Small with { ReclaimsIdle = reclaims });
            KvGrant[] held = new KvGrant[3];
            for (int i = 0; i < 3; i++)
                memory.Admit(ref held[i], new KvDemand(12, 12, 1), PrefillOf8);
            memory.StartIteration(PrefillOf8, 0);
            memory.Release(ref held[2], 0);
            // Four units are free, three of them in the idle range.
            using (Assert.EnterMultipleScope())
            {
                Assert.That(memory.CanAdmit(new KvDemand(16, 16, 1), PrefillOf8), Is.EqualTo(Admission.Now),
                    "the range and the free chunk");
                Assert.That(memory.CanExtend(held[0], 20, PrefillOf8), Is.EqualTo(reclaims), "two chunks for a sequence that has a range");
            }
            memory.Release(ref held[1], 0);
            Assert.That(memory.CanExtend(held[0], 20, PrefillOf8), Is.True, "the last sequence gets everything");
        }
    }

    [Test]
    public void Evict_unmaps_the_range_where_asked_to_and_admissions_then_want_more()
    {
        VmmKv memory = new(Small with { UnmapsPreempted = true, ExtraAfterPreemption = 2 });
        KvGrant first = default, second = default, third = default;
        memory.Admit(ref first, new KvDemand(12, 12, 1), PrefillOf8);
        memory.Admit(ref second, new KvDemand(12, 12, 1), PrefillOf8);
        memory.Admit(ref third, new KvDemand(12, 12, 1), PrefillOf8);
        KvDemand whole = new(16, 16, 1);
        memory.Release(ref second, 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.IdleChunks, Is.EqualTo(3));
            Assert.That(memory.CanAdmit(whole, PrefillOf8), Is.EqualTo(Admission.Now));
        }
        memory.Evict(ref third, 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.IdleChunks, Is.EqualTo(3), "only the finished one's range stays mapped");
            Assert.That(memory.CanAdmit(new KvDemand(20, 20, 1), PrefillOf8), Is.EqualTo(Admission.Now), "5 units and 2 of 7");
            Assert.That(memory.CanAdmit(new KvDemand(24, 24, 1), PrefillOf8), Is.EqualTo(Admission.Later), "6 units and 2 of 7");
        }
        memory.Release(ref first, 0);
        Assert.That(memory.CanAdmit(new KvDemand(40, 40, 1), PrefillOf8), Is.EqualTo(Admission.Now), "alone, no reserve");
    }

    [Test]
    public void Eager_one_range_without_an_owner_is_mapped_beside_the_iteration()
    {
        VmmKv memory = new(Small with { EagerUnits = 2, PrefillMaps = CallTiming.Sync });
        KvGrant grant = default;
        Assert.That(memory.StartIteration(PrefillOf8, 1000), Is.Zero);
        Assert.That(memory.IdleChunks, Is.EqualTo(2));
        memory.Admit(ref grant, new KvDemand(8, 8, 1), PrefillOf8);
        Assert.That(memory.StartIteration(PrefillOf8, 1000), Is.Zero, "the prompt found its range mapped");
    }

    [Test]
    public void What_passes_with_its_iteration_needs_no_watermark()
    {
        // Ten chunks, two of them the watermark; seven are held.
        VmmKv memory = new(Small with { Watermark = 0.2 });
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(28, 28, 1), default);
        KvDemand two = new(8, 8, 1);
        Assert.That(memory.CanAdmit(two, default), Is.EqualTo(Admission.Later));
        Assert.That(memory.CanAdmit(two with { Passing = true }, default), Is.EqualTo(Admission.Now));
        Assert.That(memory.CanAdmit(two with { Tokens = 16, Passing = true }, default), Is.EqualTo(Admission.Later));
    }

    [Test]
    public void Activations_of_an_iteration_are_the_budgets_own_function_of_tokens_and_sequences()
    {
        // 40 bytes. A token takes 2 in a layer; the sampler takes 6 a sequence, beside 1 a token and 3 once.
        //   prompt of 8, one sequence     layers 16, sampler 6 + 8 + 3 = 17: five chunks of 4 bytes, five are KV's
        //   two decodes                   layers 4, sampler 12 + 2 + 3 = 17: the same
        //   never more than was profiled  12 bytes: three chunks
        VmmOptions options = Small with { Elastic = true, Activation = new ActivationDemand(2, 6, 1, 3) };
        VmmKv memory = new(options);
        IterationLoad prompt = new(false, 8) { Sequences = 1 };
        KvDemand large = new(20, 20, 1);
        Assert.That(memory.CanAdmit(large, prompt with { Tokens = 20 }), Is.EqualTo(Admission.Never), "its activations take all ten");
        KvGrant one = default, two = default;
        Assert.That(memory.CanAdmit(new KvDemand(8, 12, 5), prompt), Is.EqualTo(Admission.Now));
        memory.Admit(ref one, new KvDemand(8, 12, 5), prompt);
        memory.StartIteration(prompt, 0);
        Assert.That(memory.ActivationChunks, Is.EqualTo(5));
        memory.Admit(ref two, new KvDemand(8, 12, 5), prompt);
        memory.Join(ref one, 8);
        memory.Join(ref two, 8);
        Assert.That(memory.Horizon(1, -1, 0), Is.Zero, "four chunks are held, two more are wanted, five are the sampler's");
        VmmKv stated = new(options with { MostActivationBytes = 12 });
        Assert.That(stated.CanAdmit(large with { Tokens = 28 }, prompt), Is.EqualTo(Admission.Now));
    }
}
