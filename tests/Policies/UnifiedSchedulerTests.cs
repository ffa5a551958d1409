using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class UnifiedSchedulerTests
{
    [Test]
    public void Memory_is_taken_chunk_by_chunk_and_a_round_that_preempted_admits_nobody()
    {
        Story story = new(Story.Of("unified", 4, new Ask(0, 4, 4), new Ask(0, 8, 2)) with { MaxNumBatchedTokens = 6 });
        // At 3000 the second loses two blocks; its next five tokens would fit there, but only the next round may admit.
        story.Runs("0: 6/2", "1000: 5/1 +1", "2000: 1/1 +1", "3000: +1", "4000: 6/1", "5000: 3/1");
        story.Finishes(4000, 6000);
        Assert.That((story[1].Preemptions, story[1].RecomputedTokens), Is.EqualTo((1, 8L)));
    }

    [Test]
    public void Without_full_prompt_check_a_prompt_starts_that_cannot_go_on()
    {
        Story story = new(Long(fullPromptCheck: false));
        // At 2000 and 4000 the prompt finds no block for its next chunk and loses what it had, 7 tokens and then 5.
        story.Runs(
            "0: 6/2", "1000: 5/1 +1", "2000: +1", "3000: 5/1 +1", "4000: +1", "5000: +1", "6000: +1", "7000: +1",
            "8000: 6/1", "9000: 6/1", "10000: 1/1");
        Assert.That((story[1].FirstScheduledPs, story[1].Preemptions, story[1].RecomputedTokens), Is.EqualTo((0L, 2, 12L)));
    }

    [Test]
    public void With_full_prompt_check_it_waits_until_all_of_it_fits()
    {
        Story story = new(Long(fullPromptCheck: true));
        story.Runs(
            "0: 4/1", "1000: +1", "2000: +1", "3000: +1", "4000: +1", "5000: +1", "6000: +1", "7000: +1",
            "8000: 6/1", "9000: 6/1", "10000: 1/1");
        Assert.That((story[1].FirstScheduledPs, story[1].Preemptions, story[1].Ledger.QueueMemory), Is.EqualTo((8000L, 0, 8000L)));
    }

    [Test]
    public void Batch_limit_holds_new_prompts_back()
    {
        Story story = new(Story.Of("unified", 100, new Ask(0, 2, 3), new Ask(0, 2, 1)) with { MaxNumSeqs = 1 });
        story.Runs("0: 2/1", "1000: +1", "2000: +1", "3000: 2/1");
    }

    /// <summary>A prompt of four blocks beside a request that keeps one, later three.</summary>
    private static Scenario Long(bool fullPromptCheck)
    {
        Scenario scenario = Story.Of("unified", 4, new Ask(0, 4, 8), new Ask(0, 13, 1)) with { MaxNumBatchedTokens = 6 };
        return scenario with { Policy = scenario.Policy.With(new UnifiedKnobs { FullPromptCheck = fullPromptCheck }) };
    }
}
