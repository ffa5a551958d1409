using ELLM.Sim.Memory;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class ChunkedPrefillSchedulerTests
{
    /// <summary>At 3000 the second request loses its two blocks, and the third is admitted in the same round.</summary>
    [Test]
    public void Others_are_admitted_in_the_round_that_preempted()
    {
        Story story = new(Story.Of("chunked-prefill", 4, new Ask(0, 4, 4), new Ask(0, 8, 2), new Ask(0, 2, 2)) with { MaxNumBatchedTokens = 6 });
        story.Runs("0: 6/2", "1000: 5/1 +1", "2000: 1/1 +1", "3000: 2/1 +1", "4000: 5/1 +1", "5000: 4/1");
        story.Finishes(4000, 6000, 5000);
    }

    [TestCase("stall-free")]
    public void Decodes_run_in_every_iteration_and_prompts_fill_the_budget(string scheduler)
    {
        Story story = new(Story.Of(scheduler, 4, new Ask(0, 4, 4), new Ask(0, 8, 2), new Ask(0, 2, 2)) with { MaxNumBatchedTokens = 6 });
        // At 3000 the second request has filled its two blocks and loses them; it needs three to come back.
        story.Runs("0: 6/2", "1000: 5/1 +1", "2000: 1/1 +1", "3000: +1", "4000: 6/1", "5000: 5/2", "6000: +1");
        story.Finishes(4000, 6000, 7000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((story[1].Preemptions, story[1].RecomputedTokens, story[1].Ledger.Recompute), Is.EqualTo((1, 8L, 2000L)));
            // No budget at 0, 1000 and 4000; at 2000 the whole prompt of the second holds its blocks, at 3000 that one is the head.
            Assert.That((story[2].Ledger.QueueMemory, story[2].Ledger.QueueCompute), Is.EqualTo((2000L, 3000L)));
            Assert.That(story[0].Ledger.PrefillInterference, Is.Zero, "every iteration takes the same");
        }
    }

    [Test]
    public void Chunked_prefill_admits_nobody_in_a_round_that_preempted()
    {
        Story story = new(FullPool("chunked-prefill"));
        story.Runs("0: 12/2", "1000: +1", "2000: 7/1 +1", "3000: +1");
        story.Finishes(3000, 4000);
        Assert.That(story[1].Preemptions, Is.EqualTo(1));
    }

    [Test]
    public void Stall_free_looks_at_the_queue_again_after_a_preemption()
    {
        Story story = new(FullPool("stall-free"));
        story.Runs("0: 12/2", "1000: 7/1 +1", "2000: 8/1 +1");
        story.Finishes(3000, 3000);
        Assert.That(story[1].Preemptions, Is.EqualTo(2));
    }

    [Test]
    public void Memory_for_a_prompt_is_taken_whole_at_admission()
    {
        Story story = new(Story.Of("stall-free", 3, new Ask(0, 9, 1), new Ask(0, 2, 1)) with { MaxNumBatchedTokens = 4, MaxNumSeqs = 4 });
        // The last chunk of the first leaves budget at 2000, but its prompt has held all three blocks since 0.
        story.Runs("0: 4/1", "1000: 4/1", "2000: 1/1", "3000: 2/1");
        Assert.That((story[1].Ledger.QueueCompute, story[1].Ledger.QueueMemory), Is.EqualTo((2000L, 1000L)));
    }

    [Test]
    public void Batch_limit_holds_new_prompts_back()
    {
        Story story = new(Story.Of("stall-free", 100, new Ask(0, 2, 3), new Ask(0, 2, 1)) with { MaxNumSeqs = 1 });
        story.Runs("0: 2/1", "1000: +1", "2000: +1", "3000: 2/1");
    }

    /// <summary>Two prompts fill the pool, and the stricter block check takes the second one's KV although it needs no block.</summary>
    private static Scenario FullPool(string scheduler)
    {
        Scenario scenario = Story.Of(scheduler, 4, new Ask(0, 6, 3), new Ask(0, 6, 3));
        return scenario with { Policy = scenario.Policy.With(scenario.Paged with { BlockCheck = BlockCheck.Any }) };
    }
}
