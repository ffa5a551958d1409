using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class TraceStatisticsTests
{
    private const long Second = 1_000_000_000_000;

    [Test]
    public void Of_even_arrivals_has_no_variation()
    {
        int[] lengths = [.. Enumerable.Range(1, 101)];
        Trace trace = new("s", [.. Enumerable.Range(0, 101).Select(i => i * Second)], lengths, [.. lengths.Reverse()]);
        TraceStatistics statistics = TraceStatistics.Of(trace);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((statistics.SpanS, statistics.RatePerS, statistics.GapCv), Is.EqualTo((100.0, 1.0, 0.0)));
            Assert.That((statistics.Idc1S, statistics.Idc10S), Is.EqualTo((0.0, 0.0)));
            Assert.That(statistics.Idc60S, Is.NaN);
            Assert.That(statistics.PeakToMeanPerMinute, Is.EqualTo(1));
            Assert.That(statistics.Input, Is.EqualTo(new LengthStatistics(51, 51, 91, 100, 101)));
            Assert.That(statistics.InputOutputSpearman, Is.EqualTo(-1).Within(1e-12));
        }
    }

    [Test]
    public void Of_two_per_other_window_has_its_dispersion()
    {
        // Counts 2, 0, 2, 0, …: mean 1, variance 1.
        Trace trace = new("s", [.. Enumerable.Range(0, 41).Select(i => i / 2 * 2 * Second + i % 2)], new int[41].Select(_ => 1).ToArray(),
            new int[41].Select(_ => 1).ToArray());
        Assert.That(TraceStatistics.Of(trace).Idc1S, Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Kolmogorov_smirnov_known_samples_is_the_largest_step()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(KolmogorovSmirnov.Distance([1, 2, 3, 4], [1, 2, 3, 4]), Is.Zero);
            Assert.That(KolmogorovSmirnov.Distance([1, 1, 1], [2, 2]), Is.EqualTo(1));
            Assert.That(KolmogorovSmirnov.Distance([1, 2, 3, 4], [3, 4, 5, 6]), Is.EqualTo(0.5));
        }
    }

    [Test]
    public void Spearman_ties_share_their_rank() =>
        Assert.That(TraceStatistics.Spearman([1, 2, 2, 3], [1, 3, 3, 9]), Is.EqualTo(1).Within(1e-12));

    [Test]
    public void Of_one_request_is_not_an_error()
    {
        TraceStatistics statistics = TraceStatistics.Of(new Trace("s", [5], [1], [1]));
        Assert.That((statistics.Requests, statistics.RatePerS), Is.EqualTo((1, 0.0)));
        Assert.That(statistics.GapCv, Is.NaN);
    }
}
