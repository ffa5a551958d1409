using ELLM.Sim.Metrics.Latencies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class LogHistogramTests
{
    [FsCheck.NUnit.Property(Replay = "11,13", MaxTest = 300)]
    public void Series_equals_its_values_one_by_one(uint first, ushort growth, byte shift, ushort steps, byte weight)
    {
        long start = (long)first << (shift % 20);
        long slope = (long)growth << (shift % 16);
        LogHistogram series = new();
        LogHistogram single = new();
        series.AddSeries(start, slope, steps % 500, weight);
        for (int j = 0; j < steps % 500; j++)
            single.Add(start + (j * slope), weight);
        AssertEqual(series, single);
    }

    [FsCheck.NUnit.Property(Replay = "17,19", MaxTest = 300)]
    public void Series_may_be_cut_anywhere(uint first, ushort growth, byte steps, byte cut)
    {
        int at = steps == 0 ? 0 : cut % steps;
        LogHistogram whole = new();
        LogHistogram parts = new();
        whole.AddSeries(first, growth, steps, 3);
        parts.AddSeries(first, growth, at, 3);
        parts.AddSeries(first + ((long)at * growth), growth, steps - at, 3);
        AssertEqual(whole, parts);
    }

    [FsCheck.NUnit.Property(Replay = "23,29", MaxTest = 200)]
    public void Quantile_is_within_a_bucket_of_the_exact_one(FsCheck.NonEmptyArray<uint> values, byte shift)
    {
        long[] scaled = Array.ConvertAll(values.Get, v => (long)v << (shift % 24));
        LogHistogram histogram = new();
        foreach (long value in scaled)
            histogram.Add(value, 1);
        Array.Sort(scaled);
        foreach (int permille in new[] { 0, 500, 900, 990, 1000 })
        {
            long rank = (scaled.Length - 1) * (long)permille / 1000;
            long low = scaled[rank];
            long high = scaled[Math.Min(rank + 1, scaled.Length - 1)];
            Assert.That(histogram.Quantile(permille), Is.InRange(low - (low / 256), high + (high / 256)));
        }
    }

    [Test]
    public void Buckets_are_contiguous_and_narrow()
    {
        for (int bucket = 0; bucket < 50 * 256; bucket++)
        {
            long low = LogHistogram.LowerBound(bucket);
            long next = LogHistogram.LowerBound(bucket + 1);
            Assert.That(next, Is.GreaterThan(low));
            Assert.That(LogHistogram.Bucket(low), Is.EqualTo(bucket));
            Assert.That(LogHistogram.Bucket(next - 1), Is.EqualTo(bucket));
            Assert.That(next - low, Is.LessThanOrEqualTo(Math.Max(1, low / 256)));
        }
    }

    [Test]
    public void Falling_series_is_the_rising_one_reversed()
    {
        LogHistogram falling = new();
        LogHistogram rising = new();
        falling.AddSeries(1000, -10, 50, 2);
        rising.AddSeries(510, 10, 50, 2);
        AssertEqual(falling, rising);
    }

    private static void AssertEqual(LogHistogram actual, LogHistogram expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(actual.Count, Is.EqualTo(expected.Count));
            Assert.That(actual.Sum, Is.EqualTo(expected.Sum));
            Assert.That(actual.Max, Is.EqualTo(expected.Max));
            Assert.That(actual.Min, Is.EqualTo(expected.Min));
        }
        for (int permille = 0; permille <= 1000 && expected.Count > 0; permille += 25)
            Assert.That(actual.Quantile(permille), Is.EqualTo(expected.Quantile(permille)));
    }
}
