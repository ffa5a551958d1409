using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class HostKvTests
{
    [Test]
    public void Take_MoreThanIsFree_Throws()
    {
        HostKv host = new(100, 1e12, 0);
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
    public void TransferPs_25GBPerSecond_IsLatencyPlus40PsAByte() =>
        Assert.That(new HostKv(100, 25e9, 5_000_000).TransferPs(1000), Is.EqualTo(5_040_000));
}
