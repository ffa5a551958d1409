using ELLM.Sim.Time;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Time;

internal sealed class StepSeriesTests
{
    /// <summary>Durations from none to those whose sums pass 64 bits, rising, even and falling.</summary>
    private static readonly Arbitrary<(StepSeries Series, int Steps, long Ps)> Cases = Arb.From(
        from bits in Gen.Choose(0, 62)
        from first in Gen.Choose(0, int.MaxValue).Select(x => Scale(x, bits))
        from growthBits in Gen.Choose(0, 62)
        from growth in Gen.Choose(0, int.MaxValue).Select(x => Scale(x, growthBits))
        from sign in Gen.Elements(1, 1, 0, -1)
        from steps in Gen.Choose(0, 400)
        from psBits in Gen.Choose(0, 63)
        from ps in Gen.Choose(-1, int.MaxValue).Select(x => Scale(x, psBits))
        select (new StepSeries(first, sign * growth), steps, ps));

    [Test]
    public void Sums_are_those_of_steps_added_one_by_one()
    {
        int overflows = 0;
        Prop.ForAll(Cases, one => Sums(one.Series, one.Steps, ref overflows))
            .Check(Config.QuickThrowOnFailure.WithReplay(11, 17).WithMaxTest(5000));
        Assert.That(overflows, Is.InRange(100, 4000), "cases beyond 64 bits, and within");
    }

    [Test]
    public void Steps_within_a_time_are_those_that_stepping_counts()
    {
        int counted = 0;
        Prop.ForAll(Cases, one => Within(one.Series, one.Steps, one.Ps, ref counted))
            .Check(Config.QuickThrowOnFailure.WithReplay(12, 17).WithMaxTest(5000));
        Assert.That(counted, Is.GreaterThan(500), "times that end between the first step and the last");
    }

    [TestCase(0, 0, long.MaxValue, StepSeries.MaxSteps)]
    [TestCase(1, 0, long.MaxValue, StepSeries.MaxSteps)]
    [TestCase(0, 1, long.MaxValue, StepSeries.MaxSteps)]
    [TestCase(5_000_000_000, 0, long.MaxValue, 1_844_674_407)]
    [TestCase(long.MaxValue, long.MaxValue, long.MaxValue, 1)]
    [TestCase(long.MaxValue, -1, long.MaxValue, 1)]
    [TestCase(long.MaxValue / 2, 0, long.MaxValue, 2)]
    [TestCase(0, long.MaxValue, long.MaxValue, 2)]
    [TestCase(1, 0, 0, 0)]
    [TestCase(0, 1, -1, 0)]
    public void Steps_within_a_time_at_the_ends_of_the_range(long first, long growth, long ps, long steps) =>
        Assert.That(new StepSeries(first, growth).StepsWithin(ps), Is.EqualTo(steps));

    [TestCase(1, 0, StepSeries.MaxSteps)]
    [TestCase(0, 1, StepSeries.MaxSteps)]
    [TestCase(1_000_000_000, 3, StepSeries.MaxSteps)]
    [TestCase(12_345, 6_789, 1 << 20)]
    [TestCase(12_345, 6_789, (1 << 20) + 1)]
    [TestCase(2_147_483_647, -1, StepSeries.MaxSteps)]
    public void Sums_of_many_steps_are_exact(long first, long growth, long steps)
    {
        StepSeries series = new(first, growth);
        UInt128 n = (UInt128)steps;
        UInt128 pairs = n * (n - 1) / 2;
        Int128 squares = (Int128)(pairs * ((2 * n) - 1) / 3);
        Assert.That((Int128)series.Sum(steps), Is.EqualTo((first * (Int128)n) + (growth * (Int128)pairs)));
        Assert.That(series.Moment(steps), Is.EqualTo((first * (Int128)pairs) + (growth * squares)));
        long within = series.StepsWithin(series.Sum(steps), steps);
        Assert.That(within, Is.EqualTo(steps));
    }

    [Test]
    public void A_time_beyond_the_clock_throws()
    {
        StepSeries series = new(long.MaxValue, 1);
        Assert.That(series.Sum(1), Is.EqualTo(long.MaxValue));
        Assert.That(() => series.Sum(2), Throws.InstanceOf<OverflowException>());
        Assert.That(() => series.At(1), Throws.InstanceOf<OverflowException>());
        Assert.That(() => series.After(1), Throws.InstanceOf<OverflowException>());
        Assert.That(() => new StepSeries(0, long.MaxValue).Sum(3), Throws.InstanceOf<OverflowException>());
    }

    private static void Sums(StepSeries series, int steps, ref int overflows)
    {
        Int128 sum = 0, moment = 0, falling = 0;
        for (int j = 0; j < steps; j++)
        {
            Int128 step = series.FirstPs + ((Int128)j * series.GrowthPs);
            sum += step;
            moment += j * step;
            falling += j * (Int128)series.GrowthPs;
        }
        bool fits = Fits(sum) && Fits((Int128)steps * series.FirstPs) && Fits(falling);
        overflows += fits ? 0 : 1;
        if (!fits)
        {
            Assert.That(() => series.Sum(steps), Throws.InstanceOf<OverflowException>());
            return;
        }
        Assert.That((Int128)series.Sum(steps), Is.EqualTo(sum));
        Assert.That(series.Moment(steps), Is.EqualTo(moment));
        Int128 next = series.FirstPs + ((Int128)steps * series.GrowthPs);
        if (Fits(next) && Fits((Int128)steps * series.GrowthPs))
        {
            Assert.That((Int128)series.At(steps), Is.EqualTo(next));
            Assert.That(series.After(steps), Is.EqualTo(new StepSeries((long)next, series.GrowthPs)));
        }
    }

    private static void Within(StepSeries series, int atMost, long ps, ref int counted)
    {
        Int128 end = 0;
        int expected = 0;
        while (expected < atMost && (end += series.FirstPs + ((Int128)expected * series.GrowthPs)) <= ps)
            expected++;
        if (series.FirstPs > ps)
            expected = 0;
        counted += expected > 0 && expected < atMost ? 1 : 0;
        Assert.That(series.StepsWithin(ps, atMost), Is.EqualTo(expected));
    }

    private static bool Fits(Int128 value) => value >= long.MinValue && value <= long.MaxValue;

    private static long Scale(int x, int bits) => bits >= 31 ? (long)x << (bits - 31) : x >> (31 - bits);
}
