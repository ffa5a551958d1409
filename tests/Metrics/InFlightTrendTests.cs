using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class InFlightTrendTests
{
    private const long Gap = 1000;

    [Test]
    public void What_is_served_as_fast_as_it_comes_is_stable()
    {
        InFlightTrend trend = Of(400, i => 20 * Gap);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trend.Mean, Is.EqualTo(20).Within(1e-9));
            Assert.That(trend.GrowthShare, Is.Zero.Within(1e-12));
            Assert.That(trend.Verdict, Is.EqualTo(StabilityVerdict.Stable));
        }
    }

    [TestCase(1.05, StabilityVerdict.Backlogged)]
    [TestCase(1.5, StabilityVerdict.Overloaded)]
    [TestCase(3, StabilityVerdict.Overloaded)]
    public void Growth_is_the_share_of_arrivals_that_the_service_does_not_keep_up_with(double load, StabilityVerdict verdict)
    {
        // Request i is finished load times later than it arrives, from the first on: nothing waits in a queue, the batch grows.
        InFlightTrend trend = Of(4000, i => (long)(i * Gap * (load - 1)) + 1);
        Assert.That(trend.GrowthShare, Is.EqualTo(1 - (1 / load)).Within(0.01));
        Assert.That(trend.Verdict, Is.EqualTo(verdict));
    }

    [Test]
    public void A_burst_at_any_place_is_no_trend()
    {
        Prop.ForAll(Gen.Choose(0, 99).ToArbitrary(), at =>
        {
            RequestRecord[] records =
            [
                .. Enumerable.Range(0, 100).Select(i => Record(i * Gap, Gap / 2)),
                .. Enumerable.Range(0, 40).Select(_ => Record(at * Gap, 5 * Gap)),
            ];
            return InFlightTrend.Of(records, 0, 100 * Gap, records.Length).Verdict != StabilityVerdict.Overloaded;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Requests_that_never_end_or_were_refused_count_as_long_as_they_are_there()
    {
        RequestRecord[] records =
        [
            new() { ArrivalPs = 0, FinishPs = -1, Status = RequestStatus.Unfinished },
            new() { ArrivalPs = 0, FinishPs = 0, Status = RequestStatus.Rejected },
            new() { ArrivalPs = -50 * Gap, FinishPs = 8 * Gap, Status = RequestStatus.Finished },
        ];
        Assert.That(InFlightTrend.Of(records, 0, 16 * Gap, 2).Mean, Is.EqualTo(1.5).Within(1e-12));
    }

    [Test]
    public void An_instant_has_no_trend() =>
        Assert.That(InFlightTrend.Of([Record(0, 5), Record(0, 5)], 0, 0, 2).Verdict, Is.EqualTo(StabilityVerdict.Stable));

    private static InFlightTrend Of(int requests, Func<int, long> latency)
    {
        RequestRecord[] records = [.. Enumerable.Range(0, requests).Select(i => Record(i * Gap, latency(i)))];
        int lead = requests / 10;
        return InFlightTrend.Of(records, lead * Gap, requests * Gap, requests - lead);
    }

    private static RequestRecord Record(long arrival, long latency) =>
        new() { ArrivalPs = arrival, FinishPs = arrival + latency, Status = RequestStatus.Finished };
}
