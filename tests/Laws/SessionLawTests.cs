using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Sessions are closed: a turn comes its think time after the end of the turn before, whatever the load.</summary>
internal sealed class SessionLawTests
{
    [Test]
    public void Turns_keep_their_order_under_any_load() => Law.Holds(400, 131, scenario =>
    {
        Scenario closed = WithSessions(scenario);
        RequestRecord[] records = Rig.Run(closed).Records;
        for (int turn = 0; turn < records.Length; turn++)
        {
            int next = closed.Sessions!.Next[turn];
            if (next < 0)
                continue;
            bool ended = records[turn].Status != RequestStatus.Unfinished;
            long expected = ended ? records[turn].FinishPs + Math.Max(1, closed.Sessions.ThinkPs[next]) : -1;
            Assert.That(records[next].ArrivalPs, Is.EqualTo(expected), $"turn {next} after {turn}");
        }
    });

    [Test]
    public void Jumping_equals_stepping() => Law.Holds(300, 132, scenario =>
        Same.Outcome(Rig.Run(WithSessions(scenario)), Rig.Run(WithSessions(scenario), step: true)));

    [Test]
    public void Sessions_of_one_turn_are_no_sessions() => Law.Holds(200, 133, scenario =>
    {
        Scenario open = scenario with { Users = 0 };
        int count = open.Asks.Count;
        SessionPlan alone = new([.. Enumerable.Range(0, count)], new int[count], new long[count]);
        Same.Outcome(Rig.Run(open with { Sessions = alone }), Rig.Run(open));
    });

    /// <summary>Requests dealt to a few sessions; some to none.</summary>
    private static Scenario WithSessions(Scenario scenario)
    {
        int count = scenario.Asks.Count;
        RandomStream random = RandomStream.Named((ulong)count, "sessions");
        int[] session = new int[count], turn = new int[count], turns = new int[4];
        for (int i = 0; i < count; i++)
        {
            session[i] = (int)random.NextBelow(5) - 1;
            turn[i] = session[i] < 0 ? 0 : turns[session[i]]++;
        }
        long[] think = [.. scenario.Asks.Select(ask => ask.GapPs % 7 == 0 ? 0 : ask.GapPs * scenario.Scale / 2)];
        return scenario with { Users = 0, Sessions = new SessionPlan(session, turn, think) };
    }
}
