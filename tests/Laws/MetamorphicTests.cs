using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Two runs whose difference is known beforehand.</summary>
internal sealed class MetamorphicTests
{
    [Test]
    public void With_room_for_every_reservation_nobody_waits_for_memory_or_loses_it() =>
        Law.Holds(random => Scenarios.Ample(Scenarios.Any(random)), 300, 601, scenario =>
        {
            RunOutcome outcome = Rig.Run(scenario);
            Assert.That(outcome.Counters.Preemptions, Is.Zero);
            foreach (RequestRecord record in outcome.Records)
                Assert.That(record.Ledger.QueueMemory + record.Ledger.Preempted + record.Ledger.Parked, Is.Zero, Same.Fields(record));
        });

    [Test]
    public void Scaling_every_time_by_an_integer_scales_every_instant_and_ledger_term_exactly() =>
        Law.Holds(Thinking(Scenarios.Any), 200, 602, Scale);

    [Test]
    public void Scaling_holds_in_preemption_storms() =>
        Law.Holds(Thinking(Scenarios.Storm), 200, 603, Scale);

    [Test]
    public void Equal_requests_of_one_instant_may_trade_places() =>
        Law.Holds(Bursts, 200, 604, scenario =>
        {
            RunOutcome expected = Rig.Run(scenario);
            RunOutcome actual = Rig.Run(scenario with { Asks = [.. Reversed(scenario.Asks)] });
            Assert.That(Same.Fields(actual.Counters), Is.EqualTo(Same.Fields(expected.Counters)));
            Assert.That(actual.Records.Select(Same.Fields).Order(), Is.EqualTo(expected.Records.Select(Same.Fields).Order()));
        });

    /// <remarks>Mapping costs depend on who gets which mapped range, and so on the order: layouts that map are left out.</remarks>
    [Test]
    public void Without_scarcity_the_order_within_a_burst_decides_nothing() =>
        Law.Holds(random => Plenty(Unmapped(Scenarios.Any(random))), 200, 607, scenario =>
        {
            RunOutcome expected = Rig.Run(scenario);
            RunOutcome actual = Rig.Run(scenario with { Asks = [.. Reversed(scenario.Asks)] });
            Assert.That(Same.Fields(actual.Counters), Is.EqualTo(Same.Fields(expected.Counters)));
            Assert.That(actual.Records.Select(Same.Fields).Order(), Is.EqualTo(expected.Records.Select(Same.Fields).Order()));
        });

    [TestCase("slo-slack", "layer-paged")]
    [TestCase("elastic", "vmm")]
    public void With_a_host_of_any_size_and_speed_nobody_waits_for_memory_while_activations_and_layers_in_flight_fit(
        string scheduler, string layout)
    {
        long offloaded = 0;
        Law.Holds(random => Boundless(Scenarios.Of(random, SchedulerCatalog.Find(scheduler), LayoutCatalog.Find(layout))), 300, 608,
            scenario =>
            offloaded += new Rig(scenario,
                wrap: inner => new WindowWatch(inner, scenario.Scheduler.ByLayer)).Run().Counters.SwappedOutBytes);
        Assert.That(offloaded, Is.Positive);
    }

    [Test]
    public void Replicas_in_turn_are_engines_of_their_own() =>
        Law.Holds(random => Scenarios.Any(random) with { Replicas = random.Next(2, 4), LeastOutstanding = false, Users = 0 }, 200, 605,
            scenario =>
            {
                RunOutcome together = Rig.Run(scenario);
                for (int replica = 0; replica < scenario.Replicas; replica++)
                {
                    int[] mine = [.. Enumerable.Range(0, scenario.Asks.Count).Where(i => i % scenario.Replicas == replica)];
                    RunOutcome alone = Rig.Run(scenario with { Replicas = 1, Asks = Split(scenario, mine) });
                    for (int i = 0; i < mine.Length; i++)
                    {
                        RequestRecord record = together.Records[mine[i]];
                        Assert.That(record.Replica, Is.EqualTo(replica));
                        record.Replica = 0;
                        Assert.That(Same.Fields(record), Is.EqualTo(Same.Fields(alone.Records[i])));
                    }
                }
            });

    [Test]
    public void Same_scenario_same_run() => Law.Holds(100, 606, scenario => Same.Outcome(Rig.Run(scenario), Rig.Run(scenario)));

    private static Scenario Boundless(Scenario scenario) => scenario with
    {
        HostTokens = int.MaxValue,
        LinkLatencyPs = 0,
        LinkPsPerToken = 0,
        Policy = scenario.Policy.With(scenario.Policy.Of<StreamKnobs>() with { SloScaling = false }),
    };

    /// <summary>Fails when the head of the queue is said to wait for memory and the layers in flight would fit.</summary>
    private sealed class WindowWatch(IScheduler inner, bool byLayer) : ILatencyScheduler
    {
        public Decision Decide(in SchedulerView view)
        {
            Decision decision = inner.Decide(view);
            bool final = decision.Kind is DecisionKind.Run or DecisionKind.Idle;
            if (final && decision.Blocked == Blocked.Memory && view.Waiting > 0 && view.PreemptedThisRound == 0)
            {
                int tokens = view.HeadTokens;
                Admission window = byLayer
                    ? view.CanAdmitHeadByLayer(Math.Min(view.Layers, view.WindowLayers), 0)
                    : view.CanAdmitHead(tokens, view.StreamWindowTokens, besideDecodes: false);
                Assert.That(window, Is.Not.EqualTo(Admission.Now));
            }
            return decision;
        }

        public void Ended(in IterationOutcome outcome) => (inner as ILatencyScheduler)?.Ended(outcome);

        public void Joined(in DecodeStart start) => (inner as ILatencyScheduler)?.Joined(start);

        public void Left(int slot, int emitted, bool finished) => (inner as ILatencyScheduler)?.Left(slot, emitted, finished);
    }

    private static Scenario Unmapped(Scenario scenario) =>
        scenario.Policy.Layout == "vmm" ? scenario with { Policy = scenario.Policy with { Layout = "paged" } } : scenario;

    private static void Scale(Scenario scenario)
    {
        // Drawn call times are rounded one by one and do not scale to the picosecond.
        scenario = scenario with { Variant = scenario.Variant % 5184 };
        const long Factor = 7;
        RunOutcome once = Rig.Run(scenario);
        RunOutcome scaled = Rig.Run(scenario with { Scale = Factor });
        Assert.That(scaled.EndPs, Is.EqualTo(once.EndPs * Factor));
        for (int i = 0; i < once.Records.Length; i++)
            Assert.That(Same.Fields(scaled.Records[i]), Is.EqualTo(Same.Fields(Stretch(once.Records[i], Factor))));
        RunCounters counters = once.Counters;
        counters.BusyPs *= Factor;
        Assert.That(Same.Fields(scaled.Counters), Is.EqualTo(Same.Fields(counters)));
    }

    private static RequestRecord Stretch(RequestRecord record, long factor)
    {
        record.ArrivalPs *= factor;
        record.FirstScheduledPs = record.FirstScheduledPs < 0 ? -1 : record.FirstScheduledPs * factor;
        record.FirstTokenPs = record.FirstTokenPs < 0 ? -1 : record.FirstTokenPs * factor;
        record.FinishPs *= factor;
        record.Ledger.QueueMemory *= factor;
        record.Ledger.QueueCompute *= factor;
        record.Ledger.Prefill *= factor;
        record.Ledger.Decode *= factor;
        record.Ledger.PrefillInterference *= factor;
        record.Ledger.Parked *= factor;
        record.Ledger.MapStall *= factor;
        record.Ledger.TransferStall *= factor;
        record.Ledger.GpuWait *= factor;
        record.Ledger.Preempted *= factor;
        record.Ledger.Recompute *= factor;
        return record;
    }

    /// <summary>No thought of zero length: a thought lasts a picosecond at least, whatever the scale.</summary>
    private static Func<Random, Scenario> Thinking(Func<Random, Scenario> make) => random =>
    {
        Scenario scenario = make(random);
        return scenario.Users == 0 ? scenario : scenario with { Asks = [.. scenario.Asks.Select(a => a with { GapPs = a.GapPs + 1 })] };
    };

    /// <summary>Bursts of requests of one length each, under scarcity.</summary>
    private static Scenario Bursts(Random random)
    {
        Scenario scenario = Scenarios.Any(random);
        Ask[] asks = [.. scenario.Asks];
        for (int i = 1; i < asks.Length; i++)
            asks[i] = asks[i].GapPs == 0 ? asks[i - 1] with { GapPs = 0 } : asks[i];
        return scenario with { Asks = asks, Users = 0 };
    }

    /// <summary>A burst always starts together: memory, batch and token budget for all of it.</summary>
    private static Scenario Plenty(Scenario scenario) => Scenarios.Ample(scenario) with
    {
        Users = 0,
        Replicas = 1,
        MaxNumSeqs = scenario.Asks.Count,
        MaxNumBatchedTokens = 1_000_000,
        // How long the prefill of a burst may take depends on who is in it.
        Policy = scenario.Policy.With(scenario.Policy.Of<SloSlackKnobs>() with { SlackLimit = false }),
        // The analytic model adds prompts up in floating point, in the order of the iteration.
        Clockwork = scenario.Clockwork == Clockwork.Analytic ? Clockwork.Pieces : scenario.Clockwork,
    };

    /// <summary>Every burst back to front.</summary>
    private static List<Ask> Reversed(IReadOnlyList<Ask> asks)
    {
        List<Ask> reversed = [];
        for (int first = 0; first < asks.Count;)
        {
            int next = first + 1;
            while (next < asks.Count && asks[next].GapPs == 0)
                next++;
            for (int i = next - 1; i >= first; i--)
                reversed.Add(asks[i] with { GapPs = i == next - 1 ? asks[first].GapPs : 0 });
            first = next;
        }
        return reversed;
    }

    private static Ask[] Split(Scenario scenario, int[] mine)
    {
        long[] arrivals = scenario.Trace().ArrivalPs;
        Ask[] asks = new Ask[mine.Length];
        long last = 0;
        for (int i = 0; i < mine.Length; i++)
        {
            asks[i] = scenario.Asks[mine[i]] with { GapPs = arrivals[mine[i]] - last };
            last = arrivals[mine[i]];
        }
        return asks;
    }
}
