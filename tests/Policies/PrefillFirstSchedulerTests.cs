using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class PrefillFirstSchedulerTests
{
    /// <summary>Three prompts of one block; each needs a second block for its second token.</summary>
    private static readonly Ask[] Three = [new(0, 4, 4), new(0, 4, 4), new(0, 4, 4)];

    [Test]
    public void Recompute_exhausted_latest_arrival_loses_its_kv_and_computes_it_again()
    {
        Story story = new(Story.Of("prefill-first", 4, Three));
        // One block is free where three are needed: the third goes; when the others have ended it prefills 4 + 1 tokens.
        story.Runs("0: 12/3", "1000: +2", "2000: +2", "3000: +2", "4000: 5/1", "5000: +1", "6000: +1");
        story.Finishes(4000, 4000, 7000);
        RequestRecord third = story[2];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((third.FirstTokenPs, third.Preemptions, third.RecomputedTokens), Is.EqualTo((1000L, 1, 4L)));
            Assert.That((third.Ledger.Preempted, third.Ledger.Recompute), Is.EqualTo((3000L, 1000L)));
            Assert.That((third.Ledger.Prefill, third.Ledger.Decode), Is.EqualTo((1000L, 2000L)));
            Assert.That(story.Log.GapCounts, Is.EqualTo(new Dictionary<long, long> { [1000] = 8, [4000] = 1 }));
        }
    }

    [Test]
    public void Recompute_block_check_any_takes_the_kv_of_who_needs_no_block_too()
    {
        Scenario scenario = Story.Of("prefill-first", 4, Three);
        Story story = new(scenario with { Policy = scenario.Policy.With(scenario.Paged with { BlockCheck = BlockCheck.Any }) });
        // At 2000 and 4000 the pool is full and the second request needs nothing, yet finds no free block.
        story.Runs("0: 12/3", "1000: +2", "2000: +1", "3000: 6/1", "4000: +1", "5000: 12/2", "6000: +1", "7000: +1");
        story.Finishes(5000, 6000, 8000);
        Assert.That((story[1].Preemptions, story[2].Preemptions), Is.EqualTo((2, 1)));
        Assert.That(story[0].Ledger.PrefillInterference, Is.EqualTo(1000), "the prompt at 3000 runs alone");
    }

    [Test]
    public void Swap_exhausted_latest_arrival_moves_to_the_host_and_back()
    {
        Scenario scenario = Story.Of("prefill-first", 4, Three);
        Story story = new(scenario with { Policy = scenario.Policy with { Overflow = "swap" } });
        // Four tokens take 300 + 4 * 7 ps each way.
        story.Runs("0: 12/3", "1000: +2", "2328: +2", "3328: +2", "4328: +1", "5656: +1", "6656: +1");
        story.Finishes(4328, 4328, 7656);
        RequestRecord third = story[2];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((third.Ledger.Parked, third.Ledger.TransferStall), Is.EqualTo((3328L, 328L)));
            Assert.That((third.Ledger.Prefill, third.Ledger.Decode, third.RecomputedTokens), Is.EqualTo((1000L, 3000L, 0L)));
            Assert.That(story[0].Ledger.TransferStall, Is.EqualTo(328));
        }
    }

    [Test]
    public void Swap_somebody_on_the_host_nobody_is_admitted_though_he_would_fit()
    {
        // One block stays free from 1000 on; the fourth request needs one and must wait until the third is back and has run.
        Scenario scenario = Story.Of("prefill-first", 5, [.. Three, new Ask(1500, 1, 1)]);
        Story story = new(scenario with { Policy = scenario.Policy with { Overflow = "swap" } });
        story.Runs("0: 12/3", "1000: +2", "2328: +2", "3328: +2", "4328: +1", "5656: 1/1", "6656: +1", "7656: +1");
        story.Finishes(4328, 4328, 8656, 6656);
        Assert.That((story[3].Ledger.QueueMemory, story[3].Ledger.QueueCompute), Is.EqualTo((4156L, 0L)));
    }

    [Test]
    public void Swap_host_full_recomputes()
    {
        Scenario scenario = Story.Of("prefill-first", 4, Three);
        Story story = new(scenario with { Policy = scenario.Policy with { Overflow = "swap" }, HostTokens = 3 });
        story.Finishes(4000, 4000, 7000);
        Assert.That(story[2].RecomputedTokens, Is.EqualTo(4));
    }

    [Test]
    public void Prompts_wait_for_the_token_budget_and_run_before_any_decode()
    {
        Story story = new(Story.Of("prefill-first", 100, new Ask(0, 4, 2), new Ask(0, 4, 2)) with { MaxNumBatchedTokens = 7 });
        story.Runs("0: 4/1", "1000: 4/1", "2000: +2");
        Assert.That((story[0].Ledger.PrefillInterference, story[1].Ledger.QueueCompute), Is.EqualTo((1000L, 1000L)));
    }

    [Test]
    public void Prompts_wait_for_a_place_in_the_batch_and_stop_the_decodes_when_they_come()
    {
        Story story = new(Story.Of("prefill-first", 100, new Ask(0, 2, 2), new Ask(0, 2, 4), new Ask(0, 2, 1)) with { MaxNumSeqs = 2 });
        story.Runs("0: 4/2", "1000: +2", "2000: 2/1", "3000: +1", "4000: +1");
        story.Finishes(2000, 5000, 3000);
        Assert.That((story[2].Ledger.QueueCompute, story[2].Ledger.QueueMemory), Is.EqualTo((2000L, 0L)));
    }

    [Test]
    public void Admission_leaves_the_watermark_and_growth_may_use_it()
    {
        Story story = new(Story.Of("prefill-first", 3, new Ask(0, 4, 3), new Ask(0, 4, 1), new Ask(0, 4, 1)) with { WatermarkBlocks = 1 });
        // The third prompt would take the last block; the first request's second token does.
        story.Runs("0: 8/2", "1000: 4/1", "2000: +1", "3000: +1");
        Story growing = new(Story.Of("prefill-first", 3, new Ask(0, 4, 3), new Ask(0, 4, 2)) with { WatermarkBlocks = 1 });
        growing.Runs("0: 8/2", "1000: +1", "2000: +1", "3000: 5/1");
    }

    [Test]
    public void A_request_that_the_watermark_leaves_no_room_for_is_rejected()
    {
        Story story = new(Story.Of("prefill-first", 4, new Ask(0, 13, 1), new Ask(10, 12, 1)) with { WatermarkBlocks = 1 });
        Assert.That((story[0].Status, story[1].Status), Is.EqualTo((RequestStatus.Rejected, RequestStatus.Finished)));
    }
}
