using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>eLLM's rules by hand: blocks of four tokens, four layers of which two are in flight, iterations of 1,000 ps.</summary>
/// <remarks>A copy to or from the host takes 300 ps and 7 ps for each token; it comes back beside iterations. A sequence that returns
/// asks for room for one token more than it has.</remarks>
internal sealed class ElasticSchedulerTests
{
    /// <summary>One rule at a time is tried beside these.</summary>
    private static readonly StreamKnobs Plain = new()
    {
        LateDecodes = LateDecodes.Any,
        ThrottledPrompts = ThrottledPrompts.Buffered,
        ReturnOrder = ReturnOrder.BeforePrompts,
        ReturnPrompts = 0,
        WindowWatermark = true,
        DecodesToBuffer = false,
        CountParked = true,
    };

    [TestCase(ReturnOrder.BeforePrompts)]
    [TestCase(ReturnOrder.AfterPrompts)]
    public void What_is_in_the_buffer_comes_back_before_prompts_or_when_none_starts(ReturnOrder order)
    {
        // Five blocks. 0: prompt A (8 tokens, 2 blocks) stays, B (16 tokens, 4 blocks) streams with 2 blocks in flight. C (as B) is
        // there when A ends.
        //          before-prompts                                       after-prompts
        // 0        A, B computed                                        the same
        // 1000     A decodes, four steps                                the same
        // 5000     B takes 4 blocks, comes back in 412; C finds one     C streams, 2 blocks in flight
        // 5412     B decodes, two steps                                 (6000) B takes 4 blocks, back at 6412: two steps
        // 7412     C is computed and stays                              (8412) C takes 4, back at 8824: one step
        // 8412     C decodes, one step
        Story story = new(Elastic(5, Plain with { ReturnOrder = order }, new Ask(0, 8, 5), new Ask(0, 16, 3), new Ask(4500, 16, 2)));
        string[] same = ["0: 24/2", "1000: +1", "2000: +1", "3000: +1", "4000: +1"];
        if (order == ReturnOrder.BeforePrompts)
        {
            story.Runs([.. same, "5412: +1", "6412: +1", "7412: 16/1", "8412: +1"]);
            story.Finishes(5000, 7412, 9412);
        }
        else
        {
            story.Runs([.. same, "5000: 16/1", "6412: +1", "7412: +1", "8824: +1"]);
            story.Finishes(5000, 8412, 9824);
        }
    }

    [TestCase(true, 10000)]
    [TestCase(false, 3000)]
    public void Sequences_in_host_memory_take_a_place_in_the_batch_or_none(bool counted, long firstTokenPs)
    {
        // Batches of two, five blocks: A decodes (9 tokens), B (16 tokens) waits in the buffer, C (4 tokens) comes at 1500.
        //          counted                                              not counted
        // 2000     A and B are two: C waits                             C streams beside B, one block in flight
        // 9000     A has ended: B comes back, C is computed beside it   (10000) A has ended: B, then C come back
        Scenario scenario = Elastic(5, Plain with { CountParked = counted }, new Ask(0, 8, 9), new Ask(0, 16, 2), new Ask(1500, 4, 2));
        Story story = new(scenario with { MaxNumSeqs = 2 });
        Assert.That(story[2].FirstTokenPs, Is.EqualTo(firstTokenPs));
        Assert.That(story[2].Ledger.QueueCompute + story[2].Ledger.QueueMemory, Is.EqualTo(firstTokenPs - 2500));
    }

    [TestCase(0, 6000)]
    [TestCase(1, 5000)]
    public void A_return_leaves_room_for_a_prompt_like_the_latest(int prompts, long firstTokenPs)
    {
        // Six blocks. 0: A (4 tokens, 1 block) and D (12, 3) stay, B (12) streams with 2 blocks in flight. 3000: D has ended, A has 2
        // blocks, 4 are free; B asks for 4 (13 tokens). C (12 tokens) comes at 3500.
        //          no room for prompts                     room for one: 6 tokens in flight beside the 13: 5 blocks of 4
        // 3000     B comes back, takes 3; A decodes        A decodes
        // 4000     C finds one block of two; A, B decode   C streams
        // 5000     B has ended: C is computed              A decodes; B comes back when it is alone
        Scenario scenario = Elastic(
            6, Plain with { ReturnPrompts = prompts }, new Ask(0, 4, 13), new Ask(0, 12, 3), new Ask(0, 12, 2), new Ask(3500, 12, 2));
        Story story = new(scenario);
        Assert.That(story.Iterations.First(), Is.EqualTo("0: 28/3"));
        Assert.That(story[3].FirstTokenPs, Is.EqualTo(firstTokenPs));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Layers_in_flight_keep_the_watermark_or_not(bool watermark)
    {
        // Four blocks, one of them the watermark. A (8 tokens) takes 2; B (12 tokens) would have 2 in flight.
        //          kept                                    not kept
        // 0        A is computed                           A and B are
        // 1000     A decodes, four steps                   the same
        // 5000     B is computed and stays                 B comes back by 5384
        // 6000     B decodes                               (5384)
        Scenario scenario = Elastic(4, Plain with { WindowWatermark = watermark }, new Ask(0, 8, 5), new Ask(0, 12, 2));
        Story story = new(scenario with { WatermarkBlocks = 1 });
        story.Runs([
            watermark ? "0: 8/1" : "0: 20/2", "1000: +1", "2000: +1", "3000: +1", "4000: +1",
            .. watermark ? (string[])["5000: 12/1", "6000: +1"] : ["5384: +1"]]);
        story.Finishes(5000, watermark ? 7000 : 6384);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_decode_that_finds_no_memory_goes_to_the_buffer_or_is_computed_again(bool toBuffer)
    {
        // Five blocks, A and B of 8 tokens with 2 each: their ninth tokens want a third block each, one is free. B gives way.
        //          to the buffer                                  recomputed
        // 1000     B's 8 tokens are copied in 356: A waits        A decodes
        // 1356     A decodes, eight steps                         (2000) B's 9 tokens stream, 2 blocks in flight
        // 9356     B comes back in 356                            (3000) A decodes, seven steps; (10000) B comes back in 363
        // 9712     B decodes, eight steps                         (10363) B decodes, seven steps
        Story story = new(Elastic(5, Plain with { DecodesToBuffer = toBuffer }, new Ask(0, 8, 9), new Ask(0, 8, 9)));
        story.Finishes(toBuffer ? [9356, 17712] : [10000, 17363]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((story.Counters.Preemptions, story.Counters.RecomputedTokens), Is.EqualTo((1L, toBuffer ? 0L : 8L)));
            Assert.That(story[0].Ledger.TransferStall, Is.EqualTo(toBuffer ? 356 : 0));
            Assert.That(story[1].Ledger.Parked, Is.EqualTo(toBuffer ? 9712 - 1000 : 10363 - 3000));
        }
    }

    [TestCase(ThrottledPrompts.All)]
    [TestCase(ThrottledPrompts.Buffered)]
    public void A_row_of_prefills_that_makes_decodes_late_holds_the_next_back(ThrottledPrompts throttled)
    {
        // Objective 1,600. A has decoded by 2000; B, C, D, E, F of one token each arrive behind each other, memory is ample.
        // 2000     B: A has waited 1,000 when it ends
        // 3000     C: 2,000, the first violation
        // 4000     D: 3,000, the second
        // 5000     E: 4,000, the third of five iterations: the buffer is halved, and decodes get as much time as the last prefill
        // 6000     throttled: A decodes, and ends the gap, which has been counted; otherwise F at once, since it needs no buffer
        // 7000     F
        StreamKnobs knobs = Plain with { LateDecodes = LateDecodes.ByPrefills, ThrottledPrompts = throttled };
        Ask late = new(1000, 4, 1);
        Story story = new(Elastic(100, knobs, new Ask(0, 4, 9), new Ask(1500, 4, 1), late, late, late, late) with { Variant = 6 });
        string[] row = ["0: 4/1", "1000: +1", "2000: 4/1", "3000: 4/1", "4000: 4/1", "5000: 4/1"];
        bool all = throttled == ThrottledPrompts.All;
        string[] next = all ? ["6000: +1", "7000: 4/1"] : ["6000: 4/1", "7000: +1"];
        Assert.That(story.Iterations.Take(8), Is.EqualTo((string[])[.. row, .. next]));
        Assert.That(story[5].Ledger.QueueCompute, Is.EqualTo(all ? 1500 : 500));
    }

    [Test]
    public void One_long_prefill_is_no_trend_and_what_decodes_alone_do_is_not_the_prefills()
    {
        // Prefills that alternate with pairs of decode steps: 2,000 between tokens, late by one violation in three iterations.
        StreamKnobs knobs = Plain with { LateDecodes = LateDecodes.ByPrefills, ThrottledPrompts = ThrottledPrompts.All };
        Ask late = new(3000, 4, 1);
        Story story = new(Elastic(100, knobs, new Ask(0, 4, 20), new Ask(1500, 4, 1), late, late, late, late) with { Variant = 6 });
        Assert.That(story.Iterations.Take(11), Is.EqualTo((string[])
        [
            "0: 4/1", "1000: +1", "2000: 4/1", "3000: +1", "4000: +1", "5000: 4/1",
            "6000: +1", "7000: +1", "8000: 4/1", "9000: +1", "10000: +1",
        ]));
    }

    /// <summary>Variant 4: objectives of 6,000 and 1,400 ps; 6: 8,000 and 1,600.</summary>
    private static Scenario Elastic(int blocks, StreamKnobs knobs, params Ask[] asks)
    {
        Scenario scenario = Story.Of("elastic", blocks, asks);
        return scenario with { Variant = 4, Policy = (scenario.Policy with { Overflow = "stream" }).With(knobs) };
    }
}
