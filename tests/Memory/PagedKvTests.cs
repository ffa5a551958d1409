using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class PagedKvTests
{
    [FsCheck.NUnit.Property(Replay = "41,43", MaxTest = 300)]
    public void Random_life_matches_block_tables_kept_one_by_one(int seed)
    {
        Random random = new(seed);
        int blockTokens = random.Next(1, 9);
        int blocks = random.Next(1, 60);
        int watermark = random.Next(0, Math.Min(4, blocks));
        BlockCheck check = (BlockCheck)random.Next(2);
        PagedKv memory = new(blocks, blockTokens, watermark, check, 1);
        BlockTables tables = new(blocks, blockTokens, watermark, check);
        for (int i = 0; i < 120; i++)
        {
            Act(random, memory, tables);
            Assert.That(memory.FreeBlocks, Is.EqualTo(tables.Free), $"after operation {i}");
            Compare(random, memory, tables);
        }
        while (tables.Sequences.Count > 0)
            Remove(memory, tables, 0);
        Assert.That(memory.FreeBlocks, Is.EqualTo(blocks));
    }

    [TestCase(BlockCheck.Any, 0)]
    [TestCase(BlockCheck.Needed, 1)]
    public void Horizon_full_pool_and_last_needs_nothing_depends_on_the_rule(BlockCheck check, long steps)
    {
        PagedKv memory = new(2, 4, 0, check, 1);
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(7, 8, 2), default);
        memory.Join(ref grant, 7);
        Assert.That(memory.Horizon(100, 7, 0), Is.EqualTo(steps));
    }

    [Test]
    public void Horizon_without_decodes_is_what_was_asked() =>
        Assert.That(new PagedKv(0, 4, 0, BlockCheck.Any, 1).Horizon(100, -1, 0), Is.EqualTo(100));

    [Test]
    public void Can_admit_watermark_would_be_touched_is_later_and_then_never()
    {
        PagedKv memory = new(4, 4, 1, BlockCheck.Any, 1);
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(4, 4, 1), default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.CanAdmit(new KvDemand(8, 8, 1), new IterationLoad(false, 0)), Is.EqualTo(Admission.Now));
            Assert.That(memory.CanAdmit(new KvDemand(9, 9, 1), new IterationLoad(false, 0)), Is.EqualTo(Admission.Later));
            Assert.That(memory.CanAdmit(new KvDemand(13, 13, 1), new IterationLoad(false, 0)), Is.EqualTo(Admission.Never));
            Assert.That(memory.CouldHold(new KvDemand(1, 16, 16)), Is.True);
            Assert.That(memory.CouldHold(new KvDemand(1, 17, 17)), Is.False);
        }
    }

    [Test]
    public void Release_more_than_is_used_throws()
    {
        PagedKv memory = new(4, 4, 0, BlockCheck.Any, 1);
        KvGrant grant = new() { Units = 1 };
        Assert.That(() => memory.Release(ref grant, 0), Throws.InvalidOperationException);
    }

    [Test]
    public void Advance_beyond_the_pool_throws()
    {
        PagedKv memory = new(1, 4, 0, BlockCheck.Needed, 1);
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(4, 8, 5), default);
        memory.Join(ref grant, 4);
        KvSpan span = default;
        Assert.That(() => memory.Advance(1, ref span, false), Throws.InvalidOperationException);
    }

    [FsCheck.NUnit.Property(Replay = "47,53", MaxTest = 300)]
    public void Advance_any_steps_sums_what_each_step_holds(int seed)
    {
        Random random = new(seed);
        int blockTokens = random.Next(1, 9);
        PagedKv jumped = new(5000, blockTokens, 0, BlockCheck.Needed, 1);
        PagedKv stepped = new(5000, blockTokens, 0, BlockCheck.Needed, 1);
        for (int sequences = random.Next(1, 20); sequences > 0; sequences--)
        {
            KvDemand demand = new(random.Next(1, 40), 40, 1);
            foreach (PagedKv memory in new[] { jumped, stepped })
            {
                KvGrant grant = default;
                memory.Admit(ref grant, demand, default);
                memory.Join(ref grant, demand.Tokens);
            }
        }
        long sum = 0, moment = 0;
        KvSpan ignored = default, span = default;
        long steps = random.Next(1, 60);
        for (long j = 0; j < steps; j++)
        {
            stepped.Advance(1, ref ignored, false);
            sum += stepped.AllocatedTokens;
            moment += j * stepped.AllocatedTokens;
        }
        jumped.Advance(steps, ref span, true);
        Assert.That((span.AllocatedSum, span.AllocatedMoment, span.CapacityTokens), Is.EqualTo((sum, moment, jumped.CapacityTokens)));
        Assert.That(jumped.FreeBlocks, Is.EqualTo(stepped.FreeBlocks));
    }

    private static void Act(Random random, PagedKv memory, BlockTables tables)
    {
        int at = tables.Sequences.Count == 0 ? -1 : random.Next(tables.Sequences.Count);
        switch (random.Next(6))
        {
            case 0 or 1:
                int tokens = random.Next(1, 40);
                if (tables.Blocks(tokens) <= tables.Free)
                {
                    BlockTables.Entry entry = tables.Admit(tokens);
                    memory.Admit(ref entry.Grant, new KvDemand(tokens, tokens, 1), default);
                }
                break;
            case 2 when at >= 0 && tables.Sequences[at] is { Decoding: false } prompt:
                int more = prompt.Tokens + random.Next(12);
                if (memory.CanExtend(prompt.Grant, more, new IterationLoad(true, 0)) && tables.Grow(prompt, more))
                    memory.Extend(ref prompt.Grant, more);
                break;
            case 3 when at >= 0 && tables.Sequences[at] is { Decoding: false } joining:
                joining.Decoding = true;
                memory.Join(ref joining.Grant, joining.Tokens);
                break;
            case 4 when at >= 0:
                Remove(memory, tables, at);
                break;
            default:
                long steps = memory.Horizon(random.Next(1, 30), tables.LastTokens, 0);
                KvSpan span = default;
                memory.Advance(steps, ref span, false);
                tables.Step(steps);
                break;
        }
    }

    private static void Remove(PagedKv memory, BlockTables tables, int at)
    {
        BlockTables.Entry entry = tables.Sequences[at];
        if (entry.Decoding)
            memory.Leave(ref entry.Grant, entry.Tokens);
        memory.Release(ref entry.Grant, entry.Decoding ? entry.Tokens : 0);
        tables.Sequences.RemoveAt(at);
    }

    private static void Compare(Random random, PagedKv memory, BlockTables tables)
    {
        foreach (BlockTables.Entry entry in tables.Sequences)
            Assert.That(memory.UnitsOf(entry.Grant, entry.Decoding ? entry.Tokens : 0), Is.EqualTo(entry.Held));
        int max = random.Next(1, 200);
        Assert.That(memory.Horizon(max, tables.LastTokens, 0), Is.EqualTo(tables.Horizon(max)));
        int tokens = random.Next(1, 60);
        bool beside = random.Next(2) == 0;
        Assert.That(memory.CanAdmit(new KvDemand(tokens, tokens, 1), new IterationLoad(beside, 0)),
            Is.EqualTo(tables.CanAdmit(tokens, beside)));
    }
}
