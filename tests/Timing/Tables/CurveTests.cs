using ELLM.Sim.Timing.Tables;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Tables;

[TestFixture]
internal sealed class CurveTests
{
    [Test]
    public void Of_repeated_point_takes_the_median()
    {
        Curve three = Curve.Of([(1, 30), (1, 10), (1, 11), (2, 40)]);
        Curve two = Curve.Of([(1, 10), (1, 20)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(three.At(1), Is.EqualTo(11));
            Assert.That(two.At(1), Is.EqualTo(15));
        }
    }

    [Test]
    public void Without_glitches_message_slower_than_a_larger_one_is_dropped()
    {
        // 14.8 us between 5.6 and 6.3: a glitch of the A100 x8 table; 1.3 times a larger one's time is kept.
        Curve clean = Curve.Of([(2048, 5.6), (4096, 14.8), (8192, 6.3), (16_384, 9), (32_768, 7)]).WithoutGlitches(1.4, out int dropped);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(dropped, Is.EqualTo(1));
            Assert.That(clean.Points, Is.EqualTo(new double[] { 2048, 8192, 16_384, 32_768 }));
        }
    }

    [Test]
    public void Sum_different_points_keeps_every_bend()
    {
        Curve sum = Curve.Sum(Curve.Of([(0, 0), (10, 10)]), Curve.Of([(0, 1), (5, 1), (10, 11)]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sum.Points, Is.EqualTo(new double[] { 0, 5, 10 }));
            Assert.That(sum.At(5), Is.EqualTo(6));
            Assert.That(sum.At(7.5), Is.EqualTo(13.5));
        }
    }

    [FsCheck.NUnit.Property(Replay = "41,7", MaxTest = 1000)]
    public bool At_any_X_stays_between_its_neighbours(uint[] times, ushort where)
    {
        Curve curve = Of(times);
        double x = where % 97 / 96.0 * (curve.Last + 2) - 1;
        double left = curve.Points.Where(p => p <= x).DefaultIfEmpty(curve.First).Last();
        double right = curve.Points.Where(p => p >= x).DefaultIfEmpty(curve.Last).First();
        (double a, double b) = (curve.At(left), curve.At(right));
        double us = curve.At(x);
        return us >= Math.Min(a, b) && us <= Math.Max(a, b);
    }

    [FsCheck.NUnit.Property(Replay = "42,7", MaxTest = 1000)]
    public bool At_a_point_is_exact(uint[] times)
    {
        Curve curve = Of(times);
        return curve.Points.Select((x, i) => curve.At(x) == Time(times, i)).All(same => same);
    }

    [FsCheck.NUnit.Property(Replay = "43,7", MaxTest = 1000)]
    public bool At_rising_data_rises(uint[] times, ushort a, ushort b)
    {
        Curve curve = Curve.Of(Of(times).Points.Select((x, i) => (x, 1.0 + Enumerable.Range(0, i + 1).Sum(k => Time(times, k)))));
        (double low, double high) = (Math.Min(a, b) / 3.0, Math.Max(a, b) / 3.0);
        return curve.At(low) <= curve.At(high);
    }

    [FsCheck.NUnit.Property(Replay = "44,7", MaxTest = 1000)]
    public bool At_near_a_point_is_near_its_time(uint[] times)
    {
        Curve curve = Of(times);
        return curve.Points.All(
            x => Math.Abs(curve.At(x + 1e-9) - curve.At(x)) < 1e-2 && Math.Abs(curve.At(x - 1e-9) - curve.At(x)) < 1e-2);
    }

    private static Curve Of(uint[] times) =>
        Curve.Of(Enumerable.Range(0, Math.Max(1, times.Length)).Select(i => (i * 7.0, Time(times, i))));

    private static double Time(uint[] times, int i) => i < times.Length ? 1 + times[i] % 1_000_000 : 1;
}
