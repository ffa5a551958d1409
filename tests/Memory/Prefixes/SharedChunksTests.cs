using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory.Prefixes;

/// <summary>Cached prefixes in layouts beyond plain blocks: chunks of an elastic pool, and blocks of single layers.</summary>
internal sealed class SharedChunksTests
{
    [TestCase(4, 8, TestName = "Chunks of four tokens share eight of eleven")]
    [TestCase(10, 10, TestName = "Chunks of ten tokens share ten of eleven")]
    [TestCase(16, 0, TestName = "A chunk of sixteen tokens is never whole within eleven")]
    public void Only_whole_chunks_are_shared_so_coarse_ones_cost_hits(int chunkTokens, int found)
    {
        PromptBook book = new();
        book.Add(11, 1);
        book.Add(20, 1, like: 0, shared: 11);
        VmmKv memory = new(Options(20 * chunkTokens, chunkTokens), book.Chains());
        KvGrant grant = default;
        memory.Admit(ref grant, Demand(0, 11), default);
        memory.Prefixes!.Enter(grant.Prefix, 11);
        memory.Release(ref grant, 11);
        Assert.That(memory.Prefixes.Find(1, 20), Is.EqualTo(found));
    }

    [TestCase(ReclaimOrder.PrefixesLast, 1, 2)]
    [TestCase(ReclaimOrder.PrefixesFirst, 2, 1)]
    public void Growth_takes_chunks_of_idle_ranges_and_of_idle_prefixes_in_the_order_of_the_knob(
        ReclaimOrder order, int idle, int prefixes)
    {
        // 10 chunks of four tokens: six of a decoding sequence, two idle in a range, two of a cached prefix, none unmapped. Its next
        // token needs a seventh.
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(12, 1, like: 0, shared: 8);
        VmmKv memory = new(Options(40, 4) with { Reclaim = order }, book.Chains());
        KvGrant first = default, range = default, grows = default;
        memory.Admit(ref first, Demand(0, 8), default);
        memory.Prefixes!.Enter(first.Prefix, 8);
        memory.Admit(ref range, new KvDemand(8, 8, 1), default);
        memory.Admit(ref grows, new KvDemand(24, 24, 1), default);
        memory.Release(ref first, 8);
        memory.Release(ref range, 8);
        Assert.That((memory.IdleChunks, memory.PrefixChunks, memory.UsedUnits), Is.EqualTo((2L, 2L, 6L)));
        memory.Join(ref grows, 24);
        memory.StartIteration(new IterationLoad(true, 1), 0);
        Assert.That((memory.IdleChunks, memory.PrefixChunks), Is.EqualTo(((long)idle, (long)prefixes)));
        Assert.That(memory.Prefixes.Find(1, 12), Is.EqualTo(prefixes * 4), "a prefix loses its last chunk first");
    }

    [Test]
    public void Activations_inflate_over_idle_prefixes()
    {
        // 10 chunks of 40 bytes, two of them a cached prefix. An iteration of 36 tokens at 10 bytes each needs nine.
        PromptBook book = new();
        book.Add(8, 1);
        VmmKv memory = new(Options(40, 4) with { Elastic = true, Activation = new ActivationDemand(10, 0) }, book.Chains());
        KvGrant grant = default;
        memory.Admit(ref grant, Demand(0, 8), default);
        memory.Prefixes!.Enter(grant.Prefix, 8);
        memory.Release(ref grant, 8);
        memory.StartIteration(new IterationLoad(false, 36), 0);
        Assert.That((memory.ActivationChunks, memory.PrefixChunks), Is.EqualTo((9L, 1L)));
        Assert.That(memory.Mapped, Is.EqualTo(new MappedMemory(0, 0, 360, 40, Elastic: true)));
    }

    [Test]
    public void A_sequence_with_some_of_its_layers_neither_finds_nor_leaves_prefixes()
    {
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(12, 1, like: 0, shared: 8);
        LayeredKv memory = new(4, 4, layers: 2, 0, BlockCheck.Needed, 1, book.Chains());
        KvGrant whole = default, part = default;
        memory.Admit(ref whole, Demand(0, 8), default);
        memory.Prefixes!.Enter(whole.Prefix, 8);
        memory.Release(ref whole, 8);
        Assert.That(memory.Prefixes.Find(1, 12), Is.EqualTo(8));
        memory.Admit(ref part, new KvDemand(12, 12, 1) { Layers = 1, Request = 1 }, default);
        Assert.That((memory.UsedUnits, memory.Prefixes.IdleUnits), Is.EqualTo((3L, 2L)), "8 layer blocks: three held, four cached");
        memory.Extend(ref part, 12);
        Assert.That((memory.UsedUnits, memory.Prefixes.IdleUnits), Is.EqualTo((6L, 1L)), "the other layers take a cached block");
    }

    private static VmmOptions Options(int tokens, int chunkTokens) =>
        new(tokens * 10L, chunkTokens * 10L, 1, 10) { Fused = true, Watermark = 0 };

    private static KvDemand Demand(int request, int tokens) => new(tokens, tokens, 1) { Request = request, PromptTokens = tokens };
}
