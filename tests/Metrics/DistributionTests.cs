using ELLM.Sim.Metrics.Latencies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class DistributionTests
{
    [Test]
    public void Quantiles_are_linear_between_closest_ranks()
    {
        long[] sorted = [10, 20, 30, 40];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Distribution.Quantile(sorted, 0), Is.EqualTo(10));
            Assert.That(Distribution.Quantile(sorted, 500), Is.EqualTo(25));
            Assert.That(Distribution.Quantile(sorted, 900), Is.EqualTo(37));
            Assert.That(Distribution.Quantile(sorted, 1000), Is.EqualTo(40));
            Assert.That(Distribution.Quantile([7], 990), Is.EqualTo(7));
        }
    }

    [Test]
    public void Mean_and_quantiles_do_not_overflow()
    {
        long[] sorted = [long.MaxValue - 3, long.MaxValue - 1];
        Distribution d = Distribution.FromSorted(sorted);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(d.MeanPs, Is.EqualTo(long.MaxValue - 2));
            Assert.That(d.P50Ps, Is.EqualTo(long.MaxValue - 2));
            Assert.That(d.Count, Is.EqualTo(2));
        }
    }

    [FsCheck.NUnit.Property(Replay = "47,53", MaxTest = 500)]
    public void Quantiles_without_sorting_are_those_of_the_sorted_values(uint[] values, byte shift)
    {
        long[] scaled = Array.ConvertAll(values, v => (long)v << (shift % 30));
        long[] sorted = [.. scaled.Order()];
        Assert.That(ExactQuantiles.Of(scaled), Is.EqualTo(Distribution.FromSorted(sorted)));
    }

    [Test]
    public void Nothing_measured_is_a_count_of_zero() =>
        Assert.That(Distribution.FromSorted([]), Is.EqualTo(default(Distribution)));

    [TestCase(0, "0")]
    [TestCase(1, "0.000000000001")]
    [TestCase(1_500_000_000_000, "1.5")]
    [TestCase(-250_000_000_000, "-0.25")]
    [TestCase(3_000_000_000_000, "3")]
    [TestCase(long.MaxValue, "9223372.036854775807")]
    public void Seconds_are_exact(long ps, string text)
    {
        Span<byte> bytes = stackalloc byte[32];
        int length = ExactSeconds.Format(ps, bytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(System.Text.Encoding.ASCII.GetString(bytes[..length]), Is.EqualTo(text));
            Assert.That(ExactSeconds.Format((Int128)ps), Is.EqualTo(text));
        }
    }
}
