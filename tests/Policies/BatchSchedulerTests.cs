using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>The two schedulers over memory reserved whole.</summary>
internal sealed class BatchSchedulerTests
{
    private static readonly Ask[] Three = [new(0, 2, 2), new(0, 2, 4), new(0, 2, 1)];

    [Test]
    public void Request_level_waits_until_the_last_of_the_batch_has_ended_and_holds_its_memory()
    {
        Story story = new(Contiguous("request-level", 100));
        story.Runs("0: 4/2", "1000: +2", "2000: +1", "3000: +1", "4000: 2/1");
        story.Finishes(2000, 4000, 5000);
        // Regions of 4 and 8 tokens for the pair, of 4 for the third.
        Assert.That(story.Log.Samples.Select(s => s.AllocatedTokens), Is.EqualTo(new[] { 12, 12, 12, 12, 4, 0 }));
        Assert.That(story[2].Ledger.QueueCompute, Is.EqualTo(4000));
    }

    [Test]
    public void Iteration_level_fills_a_place_as_soon_as_it_is_free_beside_the_decodes()
    {
        Story story = new(Contiguous("iteration-level", 100));
        story.Runs("0: 4/2", "1000: +2", "2000: 2/1 +1", "3000: +1");
        story.Finishes(2000, 4000, 3000);
        Assert.That(story.Log.Samples.Select(s => s.AllocatedTokens), Is.EqualTo(new[] { 12, 12, 12, 8, 0 }));
    }

    [Test]
    public void Iteration_level_waits_for_memory_where_a_place_in_the_batch_is_free()
    {
        // Twelve tokens: regions of 8 and 4 for the pair; the third finds none until the first has ended.
        Story story = new(Contiguous("iteration-level", 3) with { MaxNumSeqs = 3 });
        story.Runs("0: 4/2", "1000: +2", "2000: 2/1 +1", "3000: +1");
        Assert.That((story[2].Ledger.QueueMemory, story[2].Ledger.QueueCompute), Is.EqualTo((2000L, 0L)));
    }

    [Test]
    public void Request_level_forms_a_batch_of_who_is_there_and_nobody_joins_it()
    {
        Story story = new(Contiguous("request-level", 100) with { Asks = [new(0, 2, 3), new(500, 2, 1)] });
        story.Runs("0: 2/1", "1000: +1", "2000: +1", "3000: 2/1");
    }

    private static Scenario Contiguous(string scheduler, int blocks)
    {
        Scenario scenario = Story.Of(scheduler, blocks, Three);
        return scenario with { Policy = scenario.Policy with { Layout = "contiguous" }, MaxNumSeqs = 2 };
    }
}
