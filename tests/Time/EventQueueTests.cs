using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Time;

internal sealed class EventQueueTests
{
    [Test]
    public void Next_time_ps_empty_is_the_end_of_time() =>
        Assert.That(new EventQueue().NextTimePs, Is.EqualTo(long.MaxValue));

    [Test]
    public void Events_of_one_instant_come_by_kind_then_target_then_as_scheduled()
    {
        EventQueue events = new();
        SimEvent[] inOrder =
        [
            new(SimEventKind.UserArrival, 0, 0),
            new(SimEventKind.UserArrival, 0, 1),
            new(SimEventKind.ReplicaWake, 1, 2),
            new(SimEventKind.SpanEnd, 0, 3),
            new(SimEventKind.SpanEnd, 65_535, 4),
            new(SimEventKind.SpanEnd, 65_535, 5),
        ];
        foreach (int i in new[] { 4, 3, 0, 2, 1, 5 })
            events.Schedule(10, inOrder[i]);
        events.Schedule(9, new SimEvent(SimEventKind.SpanEnd, 7, 7));
        Assert.That(events.Pop(out long first).Target, Is.EqualTo(7));
        Assert.That(first, Is.EqualTo(9));
        foreach (SimEvent expected in inOrder)
            Assert.That(events.Pop(out _), Is.EqualTo(expected));
        Assert.That(events.Count, Is.Zero);
    }

    [FsCheck.NUnit.Property(Replay = "67,71", MaxTest = 100)]
    public void Events_come_out_sorted_and_equal_ones_in_the_order_they_went_in(byte[] times)
    {
        EventQueue events = new();
        for (int i = 0; i < times.Length; i++)
            events.Schedule(times[i], new SimEvent(SimEventKind.SpanEnd, 0, i));
        List<(long, int)> popped = [];
        while (events.Count > 0)
            popped.Add((events.NextTimePs, events.Pop(out _).Version));
        Assert.That(popped, Is.EqualTo(times.Select((t, i) => ((long)t, i)).OrderBy(p => p.Item1)));
    }

    /// <summary>Against a sorted list, from one event at a time to more than the few that lie before the heap.</summary>
    [FsCheck.NUnit.Property(Replay = "68,71", MaxTest = 300)]
    public void Whatever_is_scheduled_in_between_the_earliest_comes_next(byte[] actions)
    {
        EventQueue events = new();
        SortedSet<(long, int)> expected = [];
        for (int i = 0; i < actions.Length; i++)
        {
            events.Schedule(actions[i] / 4, new SimEvent(SimEventKind.SpanEnd, 0, i));
            expected.Add((actions[i] / 4, i));
            for (int pops = actions[i] % 4; pops > 1 && expected.Count > 0; pops--)
            {
                Assert.That((events.NextTimePs, events.Pop(out long nowPs).Version), Is.EqualTo(expected.Min));
                Assert.That(nowPs, Is.EqualTo(expected.Min.Item1));
                expected.Remove(expected.Min);
            }
            Assert.That(events.Count, Is.EqualTo(expected.Count));
            Assert.That(events.NextTimePs, Is.EqualTo(expected.Count > 0 ? expected.Min.Item1 : long.MaxValue));
        }
    }
}
