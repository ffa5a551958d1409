using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class WaitingQueueTests
{
    [Test]
    public void Preempted_requests_come_back_before_new_ones_earliest_first()
    {
        WaitingQueue queue = new();
        queue.Arrive(7);
        queue.Arrive(8);
        queue.PutFirst(6);
        queue.PutFirst(5);
        Assert.That((queue.Count, queue.Head), Is.EqualTo((4, 5)));
        Assert.That(new[] { queue.Take(), queue.Take(), queue.Take(), queue.Take() }, Is.EqualTo(new[] { 5, 6, 7, 8 }));
        Assert.That(queue.Count, Is.Zero);
    }
}
