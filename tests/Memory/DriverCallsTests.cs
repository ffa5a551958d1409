using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class DriverCallsTests
{
    private static readonly DeviceCosts Costs = new(CalibrationCatalog.Load("a100-80"));
    private static readonly DriverCall[] Drawn = [.. new[] { CalibratedOp.VmmMap,
        CalibratedOp.VmmSetAccess }.Select(op => new DriverCall(1_000_000, Costs.Quantiles(op)))];

    [Test]
    public void Take_without_a_spread_is_the_median_times_the_chunks() =>
        Assert.That(new DriverCalls([new DriverCall(30), new DriverCall(12)], "x", 1, 4).Take(10), Is.EqualTo(420));

    [Test]
    public void Take_drawn_depends_on_the_number_of_the_call_and_not_on_how_it_is_reached()
    {
        DriverCalls whole = new(Drawn, "x", 7, 1), pieces = new(Drawn, "x", 7, 1);
        long all = whole.Take(1000);
        Assert.That(pieces.Take(300) + pieces.Take(1) + pieces.Take(699), Is.EqualTo(all));
        pieces.Skip(50);
        whole.Take(50);
        Assert.That(pieces.Take(3), Is.EqualTo(whole.Take(3)));
    }

    [Test]
    public void Take_drawn_has_the_quantiles_of_the_profile()
    {
        DriverCall call = Drawn[1];
        DriverCalls calls = new([call], "x", 3, 1);
        long[] times = [.. Enumerable.Range(0, 20_000).Select(_ => calls.Take(1)).Order()];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(times[10_000] / 1e6, Is.EqualTo(1).Within(0.01), "median");
            Assert.That(times[18_000] / 1e6, Is.EqualTo(call.Spread!.Multiple(0.9)).Within(0.02));
            Assert.That(times[19_800] / 1e6, Is.EqualTo(call.Spread.Multiple(0.99)).Within(0.1));
            Assert.That(times[^1], Is.LessThanOrEqualTo(calls.LongestPs));
        }
    }

    [Test]
    public void Take_of_several_ranks_is_the_slowest_ones()
    {
        long[] means = [.. new[] { 1, 2, 8 }.Select(ranks => new DriverCalls(Drawn, "x", 5, ranks))
            .Select(calls => Enumerable.Range(0, 500).Sum(_ => calls.Take(1)))];
        Assert.That(means, Is.Ordered.Ascending.And.Unique);
        DriverCalls median = new([new DriverCall(10)], "x", 5, 8);
        Assert.That(median.Take(3), Is.EqualTo(30), "equal ranks wait for nobody");
    }
}
