using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class HostKvTests
{
    [Test]
    public void Take_MoreThanIsFree_Throws()
    {
        HostKv host = new(100, new LinkCost(1, 0, 1), new LinkCost(1, 0, 1));
        host.Take(60);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(host.Fits(40), Is.True);
            Assert.That(host.Fits(41), Is.False);
            Assert.That(() => host.Take(41), Throws.InvalidOperationException);
            Assert.That(() => host.Return(61), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Transfers_TakeLatencyAndTheRateOfTheirDirection()
    {
        HostKv host = new(100, new LinkCost(25, 5_000_000, 1), new LinkCost(10, 1_000_000, 1));
        Assert.That((host.ToHostPs(1000), host.FromHostPs(1000)), Is.EqualTo((5_040_000L, 1_100_000L)));
    }

    [TestCase(100, 300, 125)]
    [TestCase(300, 100, 325)]
    [TestCase(100, 100, 125)]
    [TestCase(100, 0, 100)]
    public void Beside_BothDirectionsShareTheLinkUntilTheShorterEnds(long alone, long other, long expected)
    {
        HostKv host = new(100, new LinkCost(25, 0, 0.8), new LinkCost(25, 0, 0.8));
        Assert.That(host.Beside(alone, other), Is.EqualTo(expected));
    }
}
