using ELLM.Sim.Memory;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Tests.Memory.Prefixes;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>The rules of vLLM V1's prefix cache, each in a run of a few iterations; blocks of four tokens.</summary>
internal sealed class PrefixCacheTests
{
    [Test]
    public void Two_prompts_of_one_step_share_since_a_block_is_found_once_its_step_is_scheduled()
    {
        PromptBook book = new();
        book.Add(9, 2);
        book.Add(9, 2, like: 0, shared: 9);
        Story story = new(Cached(book, 4, new Ask(0, 9, 2), new Ask(0, 9, 2)));
        // blocks 0, 1 of the first are full in the step at 0: the second computes its ninth token alone; 3 + 1 blocks are used.
        story.Runs("0: 10/2", "1000: +2");
        Assert.That(story.Counters.Prefixes.HitTokens, Is.EqualTo(8));
    }

    [Test]
    public void At_most_all_but_one_token_are_found()
    {
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(8, 1, like: 0, shared: 8);
        Story story = new(Cached(book, 10, new Ask(0, 8, 1), new Ask(5000, 8, 1)));
        // Both blocks are there, but the last token must be computed: with it, its block.
        story.Runs("0: 8/1", "5000: 4/1");
    }

    [Test]
    public void A_block_that_is_not_full_never_matches()
    {
        PromptBook book = new();
        book.Add(7, 1);
        book.Add(12, 1, like: 0, shared: 7);
        Story story = new(Cached(book, 10, new Ask(0, 7, 1), new Ask(5000, 12, 1)));
        story.Runs("0: 7/1", "5000: 8/1");
    }

    [TestCase(5, 4, TestName = "An answer of five tokens behind four fills two blocks: its last token has no KV")]
    [TestCase(4, 8, TestName = "An answer of four tokens behind four fills one block: its last token has no KV")]
    public void The_last_token_has_no_kv(int answer, int computed)
    {
        PromptBook book = new();
        book.Add(4, answer, answered: true);
        book.Add(12, 1, like: 0, shared: 4 + answer);
        Story story = new(Cached(book, 10, new Ask(0, 4, answer), new Ask(20_000, 12, 1)));
        Assert.That(story.Iterations.Last(), Is.EqualTo($"20000: {computed}/1"));
    }

    [Test]
    public void An_answer_that_no_later_turn_names_is_found_by_nobody()
    {
        PromptBook book = new();
        book.Add(4, 9);
        book.Add(14, 1, like: 0, shared: 4);
        Story story = new(Cached(book, 10, new Ask(0, 4, 9), new Ask(20_000, 14, 1)));
        Assert.That(story.Iterations.Last(), Is.EqualTo("20000: 10/1"));
    }

    [Test]
    public void A_preempted_request_finds_its_own_blocks_again_which_counts_as_no_hit()
    {
        // t      first (4 in, 4 out)   second (8 in, 2 out)     of 4 blocks
        // 0      4 tokens, 1 block     2 of 8 tokens, 1 block   budget 6
        // 1000   5th token, block 2    5 tokens: 7, block 2     all used
        // 2000   6th                   last token, emits        all used
        // 3000   7th                   preempted: 9th token needs a third block; block 1 (full) goes to the free list last,
        //                              so the full one behind it is taken first; nobody takes any before the first ends
        // 4000   ended                 9 tokens to prefill, 8 of them are there: 1 is computed
        Story story = new(Cached(new PromptBook(), 4, new Ask(0, 4, 4), new Ask(0, 8, 2)) with { MaxNumBatchedTokens = 6 });
        story.Runs("0: 6/2", "1000: 5/1 +1", "2000: 1/1 +1", "3000: +1", "4000: 1/1");
        story.Finishes(4000, 5000);
        Assert.That((story[1].Preemptions, story[1].RecomputedTokens), Is.EqualTo((1, 0L)));
        Assert.That(story.Counters.Prefixes.HitTokens, Is.Zero);
    }

    [Test]
    public void A_hit_block_that_nobody_holds_is_no_room_for_the_rest_of_its_prompt()
    {
        // Of 4 blocks the first prompt leaves two in the cache. While the second holds two, the third's two hits are all there is free,
        // so its third block must wait, although "one new block" is less than the two that are free.
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(6, 3);
        book.Add(9, 1, like: 0, shared: 8);
        Story story = new(Cached(book, 4, new Ask(0, 8, 1), new Ask(1000, 6, 3), new Ask(500, 9, 1)));
        story.Runs("0: 8/1", "1000: 6/1", "2000: +1", "3000: +1", "4000: 1/1");
        Assert.That(story[2].Ledger.QueueMemory, Is.EqualTo(2000));
    }

    [TestCase(0, Admission.Now)]
    [TestCase(1, Admission.Later)]
    public void Watermark_and_whole_prompt_check_count_new_blocks_and_unheld_hits(int watermark, Admission answer)
    {
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(12, 1, like: 0, shared: 8);
        PagedKv memory = new(4, 4, watermark, BlockCheck.Needed, 1, book.Chains());
        KvGrant first = default, other = default;
        memory.Admit(ref first, Demand(0, 8), default);
        memory.Prefixes!.Enter(first.Prefix, 8);
        memory.Admit(ref other, new KvDemand(4, 4, 1), default);
        memory.Release(ref first, 8);
        // Three blocks are free, two of them the hits: one new block and two hits leave none.
        Assert.That(memory.CanAdmit(Demand(1, 12), default), Is.EqualTo(answer));
    }

    [Test]
    public void Hits_that_others_hold_need_no_room()
    {
        PromptBook book = new();
        book.Add(8, 1);
        book.Add(12, 1, like: 0, shared: 8);
        PagedKv memory = new(3, 4, 0, BlockCheck.Needed, 1, book.Chains());
        KvGrant first = default, second = default;
        memory.Admit(ref first, Demand(0, 8), default);
        memory.Prefixes!.Enter(first.Prefix, 8);
        Assert.That(memory.CanAdmit(Demand(1, 12), default), Is.EqualTo(Admission.Now));
        memory.Admit(ref second, Demand(1, 12), default);
        Assert.That((memory.UsedUnits, memory.Prefixes.SharedUnits), Is.EqualTo((3L, 2L)));
        memory.Release(ref first, 8);
        Assert.That((memory.UsedUnits, memory.Prefixes.SharedUnits), Is.EqualTo((3L, 0L)), "what another holds is not freed");
    }

    [Test]
    public void A_sequence_gives_its_last_blocks_up_first()
    {
        PromptBook book = new();
        book.Add(12, 1);
        book.Add(13, 1, like: 0, shared: 12);
        PagedKv memory = new(4, 4, 0, BlockCheck.Needed, 1, book.Chains());
        KvGrant first = default, other = default;
        memory.Admit(ref first, Demand(0, 12), default);
        memory.Prefixes!.Enter(first.Prefix, 12);
        memory.Release(ref first, 12);
        memory.Admit(ref other, new KvDemand(8, 8, 1), default);
        // One block was never used and goes first, then the third of the prompt.
        Assert.That(memory.Prefixes.Find(1, 13), Is.EqualTo(8));
    }

    [Test]
    public void A_chunk_behind_a_hit_pays_for_its_own_tokens_and_attends_to_all_before_them()
    {
        PromptBook book = new();
        book.Add(9, 1);
        book.Add(9, 1, like: 0, shared: 9);
        Ask[] asks = [new Ask(0, 9, 1), new Ask(1_000_000_000_000, 9, 1)];
        Story story = new(Cached(book, 10, asks) with { Clockwork = Clockwork.Analytic });
        long expected = Clockworks.Of(Clockwork.Analytic).Mixed([new PrefillChunk(1, 8, true)], default);
        Assert.That(story[1].FirstTokenPs - story[1].FirstScheduledPs, Is.EqualTo(expected));
    }

    private static KvDemand Demand(int request, int tokens) => new(tokens, tokens, 1) { Request = request, PromptTokens = tokens };

    private static Scenario Cached(PromptBook book, int blocks, params Ask[] asks)
    {
        Scenario scenario = Story.Of("unified", blocks, asks);
        return scenario with
        {
            Prompts = book.Chains(),
            Policy = scenario.Policy.With(scenario.Paged with { PrefixCache = PrefixCaching.On }),
        };
    }
}
