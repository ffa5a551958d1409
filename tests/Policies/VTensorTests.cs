using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>vTensor's rules by hand: units of four tokens, memory calls that take no time, iterations of 1,000 ps.</summary>
internal sealed class VTensorTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Before_a_step_every_sequence_finds_a_free_unit_at_its_turn_whether_it_grows_or_not(bool everyTurn)
    {
        // Four units, four tokens of look-ahead. A, B, C: 4 tokens in, 3 out, two units each.
        //        every turn                                             only where somebody grows
        // 0      A, B computed: nothing is free                         the same
        // 1000   A finds no free unit: B is preempted; A decodes        A, B decode in what is mapped, two steps
        // 2000   B asks for 3 (9 tokens) and one more, 2 are free       .
        // 3000   A has ended: B is computed (5 tokens); C finds 1 of 3  both have ended: C is computed, without 'one more' it fits
        // 4000   B decodes and ends, then C is computed and decodes     C decodes, two steps
        (RunOutcome outcome, string[] iterations) = Run(
            new() { Units = 4, LookAhead = 4, EveryTurn = everyTurn }, new Ask(0, 4, 3), new Ask(0, 4, 3), new Ask(0, 4, 3));
        Assert.That(iterations, Is.EqualTo(everyTurn
            ? (string[])["0: 8/2", "1000: +1", "2000: +1", "3000: 5/1", "4000: +1", "5000: 4/1", "6000: +1", "7000: +1"]
            : ["0: 8/2", "1000: +2", "2000: +2", "3000: 4/1", "4000: +1", "5000: +1"]));
        Assert.That(outcome.Records.Select(r => r.Preemptions), Is.EqualTo(everyTurn ? [0, 1, 0] : new[] { 0, 0, 0 }));
    }

    [TestCase(1)]
    [TestCase(0)]
    public void One_chunk_more_after_a_preemption_keeps_the_preempted_out_of_what_its_eviction_freed(int extra)
    {
        // Two units. A, B: 3 tokens in, 4 out, a unit each.
        //        one more                                       none more
        // 1000   A's turn: nothing is free; B is preempted; A alone needs only what it takes: none now
        // 2000   B asks for 1 + 1, one is free                  B is computed again, in the unit that it gave up
        // 3000   A takes the last unit                          nothing is free: B is preempted again; A takes it
        // 4000   A has ended; B is computed, decodes            B's 5 tokens want two: A decodes
        // 5000   .                                              A has ended; B is computed, decodes
        (RunOutcome outcome, string[] iterations) = Run(new() { Units = 2, Extra = extra }, new Ask(0, 3, 4), new Ask(0, 3, 4));
        Assert.That(iterations, Is.EqualTo(extra > 0
            ? (string[])["0: 6/2", "1000: +1", "2000: +1", "3000: +1", "4000: 4/1", "5000: +1", "6000: +1"]
            : ["0: 6/2", "1000: +1", "2000: 4/1", "3000: +1", "4000: +1", "5000: 5/1", "6000: +1"]));
        Assert.That(outcome.Records.Select(r => r.Preemptions), Is.EqualTo(extra > 0 ? [0, 1] : new[] { 0, 2 }), "never the oldest");
    }

    [Test]
    public void The_last_in_order_may_take_the_last_free_unit_when_it_needs_it()
    {
        // Four units. A (4 tokens) and B (3): 1000: A takes one, B finds one and needs none. 2000: A needs none and finds one, B takes it.
        (RunOutcome outcome, string[] iterations) = Run(new() { Units = 4 }, new Ask(0, 4, 3), new Ask(0, 3, 3));
        Assert.That(iterations, Is.EqualTo((string[])["0: 7/2", "1000: +2", "2000: +2"]));
        Assert.That(outcome.Counters.Preemptions, Is.Zero);
    }

    [Test]
    public void The_last_in_order_gives_way_when_those_before_it_took_all_and_waits_for_one_unit_more_than_it_needs()
    {
        // Three units. 1000: A takes the third, B finds none and goes. 2000, 3000: A has two, one is free; B asks for 1 + 1.
        (RunOutcome outcome, string[] iterations) = Run(new() { Units = 3 }, new Ask(0, 4, 3), new Ask(0, 3, 3));
        Assert.That(iterations, Is.EqualTo((string[])["0: 7/2", "1000: +1", "2000: +1", "3000: 4/1", "4000: +1"]));
        Assert.That(outcome.Records.Select(r => r.RecomputedTokens), Is.EqualTo(new[] { 0, 3 }));
    }

    [Test]
    public void A_prompt_is_mapped_with_its_look_ahead_or_refused_when_an_empty_pool_has_no_room_for_both()
    {
        // Two units. 4 tokens and 4 ahead take both: the second waits for the first. 5 and 4 would take three.
        (RunOutcome outcome, string[] iterations) = Run(
            new() { Units = 2, LookAhead = 4 }, new Ask(0, 4, 2), new Ask(0, 5, 1), new Ask(0, 3, 1));
        Assert.That(iterations, Is.EqualTo((string[])["0: 4/1", "1000: +1", "2000: 3/1"]));
        Assert.That(outcome.Records.Select(r => r.Status),
            Is.EqualTo(new[] { RequestStatus.Finished, RequestStatus.Rejected, RequestStatus.Finished }));
    }

    private static (RunOutcome Outcome, string[] Iterations) Run(Rules rules, params Ask[] asks)
    {
        StepLog log = new(0);
        RunOutcome outcome = Once(step: true, log);
        Same.Outcome(Once(step: false, null), outcome);
        return (outcome, [.. Story.IterationsOf(log)]);

        RunOutcome Once(bool step, StepLog? observer)
        {
            Trace trace = new(
                "by hand",
                [.. asks.Select((_, i) => asks.Take(i + 1).Sum(a => a.GapPs))],
                [.. asks.Select(a => a.Input)],
                [.. asks.Select(a => a.Output)]);
            Cluster cluster = new(trace, new RoundRobinRouter(), null);
            VmmKv memory = new(new VmmOptions(4 * rules.Units, 4, 1, 1)
            {
                Fused = true,
                Watermark = 0,
                Check = BlockCheck.Any,
                EveryTurn = rules.EveryTurn,
                LookAheadTokens = rules.LookAhead,
                UnmapsPreempted = true,
                ExtraAfterPreemption = rules.Extra,
            });
            EngineLimits limits = new(64, 16, 64, 64);
            cluster.Add(new EngineParts(limits, new PrefillFirstScheduler(), memory, new ConstantTimeModel { StepPs = 1000 })
            {
                Observer = observer,
                Options = new ReplicaOptions(step, Check: true),
            });
            return cluster.Run();
        }
    }

    private sealed record Rules
    {
        public int Units { get; init; }

        public int LookAhead { get; init; }

        public bool EveryTurn { get; init; } = true;

        public int Extra { get; init; } = 1;
    }
}
