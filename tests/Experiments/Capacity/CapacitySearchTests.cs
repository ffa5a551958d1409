using ELLM.Sim.Experiments.Capacity;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>The search alone, on made-up deployments whose limit is known.</summary>
internal sealed class CapacitySearchTests
{
    [Test]
    public void Brackets_any_limit_within_the_tolerance_from_any_start()
    {
        Gen<(double, double, double)> cases =
            from limit in Gen.Choose(-20, 40)
            from start in Gen.Choose(-40, 60)
            from tolerance in Gen.Elements(0.002, 0.01, 0.1, 1)
            select (Math.Pow(10, limit / 10.0) * 1.2345, Math.Pow(10, start / 10.0), tolerance);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            (double limit, double start, double tolerance) = c;
            CapacityBracket found = new CapacitySearch(new CapacityGoal(Tolerance: tolerance), rate => Point(rate, rate <= limit ? 0.95 : 0.85)).Find(start, 1e-3);
            Assert.That(found.Highest!.RatePerS, Is.LessThanOrEqualTo(limit));
            Assert.That(found.Next!.RatePerS, Is.GreaterThan(limit));
            // Rates of four digits are at most a thousandth apart.
            Assert.That(found.Next.RatePerS / found.Highest.RatePerS, Is.LessThanOrEqualTo(1 + Math.Max(tolerance, 0.001) + 1e-9));
            Assert.That(found.Tested.Select(p => p.RatePerS), Is.Ordered.And.Unique);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Interval_holds_where_the_attainments_confidence_interval_crosses_the_target()
    {
        // Attainment falls by 0.01 a request/s and crosses 0.9 at 10; its half width of 0.02 is worth 2 requests/s on either side.
        CapacityBracket found = new CapacitySearch(new CapacityGoal(), rate => Point(rate, 1 - (0.01 * rate), 0.02)).Find(1, 1e-3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Highest!.RatePerS, Is.EqualTo(10).Within(0.1));
            Assert.That(found.LowRatePerS, Is.EqualTo(8).Within(0.08).And.LessThanOrEqualTo(8));
            Assert.That(found.HighRatePerS, Is.EqualTo(12).Within(0.12).And.GreaterThan(12));
        }
    }

    [Test]
    public void One_draw_has_no_interval()
    {
        CapacityBracket found = new CapacitySearch(new CapacityGoal(Draws: 1), rate => Point(rate, 1 - (0.01 * rate), null)).Find(1, 1e-3);
        Assert.That((found.LowRatePerS, found.HighRatePerS), Is.EqualTo(((double?)null, (double?)null)));
        Assert.That(found.Highest!.RatePerS, Is.EqualTo(10).Within(0.1));
    }

    [Test]
    public void No_tested_rate_below_the_answer_misses_the_target()
    {
        // A dip at 3 requests/s: whoever tests it has to stay below.
        CapacityBracket found = new CapacitySearch(new CapacityGoal(), rate => Point(rate, rate is > 2.5 and < 4.5 or > 20 ? 0.8 : 0.95)).Find(1, 1e-3);
        Assert.That(found.Tested.Where(p => p.RatePerS <= found.Highest!.RatePerS).All(p => p.Meets(0.9)));
        Assert.That(found.Highest!.RatePerS, Is.LessThanOrEqualTo(2.5));
    }

    [Test]
    public void A_growing_queue_is_a_miss_whatever_the_attainment()
    {
        CapacityBracket found = new CapacitySearch(new CapacityGoal(), rate => Point(rate, 1) with { KeepsUp = rate <= 7 }).Find(1, 1e-3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Highest!.RatePerS, Is.EqualTo(7).Within(0.07));
            Assert.That(found.Next!.Limit, Is.EqualTo("queue"));
        }
    }

    [Test]
    public void Misses_at_the_floor_are_no_capacity_and_hits_at_the_top_no_limit()
    {
        CapacityBracket never = new CapacitySearch(new CapacityGoal(), rate => Point(rate, 0.5)).Find(1, 0.01);
        CapacityBracket always = new CapacitySearch(new CapacityGoal(), rate => Point(rate, 1)).Find(1, 0.01);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(never.Highest, Is.Null);
            Assert.That(never.Next!.RatePerS, Is.EqualTo(0.01));
            Assert.That(always.Highest!.RatePerS, Is.EqualTo(CapacitySearch.MostPerS));
            Assert.That(always.Next, Is.Null);
        }
    }

    private static LoadPoint Point(double rate, double attainment, double? halfWidth = 0) =>
        new(rate, attainment, halfWidth, attainment, 1);
}
