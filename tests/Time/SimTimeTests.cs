using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Time;

internal sealed class SimTimeTests
{
    [TestCase(0.05, 50_000_000_000)]
    [TestCase(1e-12, 1)]
    [TestCase(0.5e-12, 0)]
    [TestCase(1.5e-12, 2)]
    [TestCase(-1, -1_000_000_000_000)]
    public void FromSeconds_RoundsToTheNearestPicosecondTiesToEven(double seconds, long picoseconds) =>
        Assert.That(SimTime.FromSeconds(seconds).Picoseconds, Is.EqualTo(picoseconds));

    [Test]
    public void FromSeconds_NaN_IsABug() =>
        Assert.That(() => SimTime.FromSeconds(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase(double.PositiveInfinity)]
    [TestCase(9.3e6)]
    public void FromSeconds_BeyondTheRange_Throws(double seconds) =>
        Assert.That(() => SimTime.FromSeconds(seconds), Throws.InstanceOf<InputException>());

    [TestCase(50_000_000_000, "0.05")]
    [TestCase(12_000_000_000_000, "12")]
    [TestCase(1, "0.000000000001")]
    public void ToString_IsExactSeconds(long picoseconds, string text) =>
        Assert.That(new SimTime(picoseconds).ToString(), Is.EqualTo(text));

    [Test]
    public void Sum_BeyondTheRange_Throws() =>
        Assert.That(() => new SimTime(long.MaxValue) + new SimTime(1), Throws.InstanceOf<OverflowException>());
}
