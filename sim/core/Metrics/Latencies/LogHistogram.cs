using System.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Counts of non-negative integers in buckets whose width is at most 1/256 of their value (0.4 %).</summary>
/// <remarks>
/// <para>Values below 512 have a bucket each. Above, every power of two is cut into 256 equal buckets: the bucket is the leading
/// nine bits, found with shifts alone. Count, sum, minimum and maximum are exact.</para>
/// <para>A quantile is found to within its bucket, so to 0.4 % of its value, placed linearly inside it.</para>
/// </remarks>
public sealed class LogHistogram
{
    private const int MantissaBits = 8;
    private const int PerOctave = 1 << MantissaBits;

    private readonly long[] _counts = new long[(64 - MantissaBits) * PerOctave];

    public long Count { get; private set; }

    public Int128 Sum { get; private set; }

    public long Min { get; private set; } = long.MaxValue;

    public long Max { get; private set; }

    /// <summary>Adds <paramref name="value"/> <paramref name="weight"/> times.</summary>
    public void Add(long value, long weight)
    {
        if (weight <= 0)
            return;
        _counts[Bucket(value)] += weight;
        Count += weight;
        Sum += Math.BigMul(value, weight);
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>
    /// Adds first + j * growth for every j from 0 to steps - 1, each <paramref name="weight"/> times, in time proportional to the
    /// buckets crossed.
    /// </summary>
    public void AddSeries(long first, long growth, long steps, long weight)
    {
        if (steps <= 0 || weight <= 0)
            return;
        long last = first + (growth * (steps - 1));
        if (growth < 0)
            (first, last, growth) = (last, first, -growth);
        long total = steps * weight;
        Count += total;
        Sum += Math.BigMul(new StepSeries(first, growth).Sum(steps), weight);
        Min = Math.Min(Min, first);
        Max = Math.Max(Max, last);

        int bucket = Bucket(first);
        int lastBucket = Bucket(last);
        if (bucket == lastBucket)
        {
            _counts[bucket] += total;
            return;
        }
        long j = 0;
        while (bucket < lastBucket)
        {
            // First index whose value reaches the next bucket; buckets narrower than the growth are skipped over.
            long next = ((LowerBound(bucket + 1) - first) + growth - 1) / growth;
            _counts[bucket] += (next - j) * weight;
            j = next;
            bucket = Bucket(first + (j * growth));
        }
        _counts[bucket] += (steps - j) * weight;
    }

    /// <summary>Adds everything that <paramref name="other"/> holds.</summary>
    public void Add(LogHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Sum += other.Sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The quantile at <paramref name="permille"/> thousandths, with the rank of <see cref="Distribution"/>.</summary>
    public long Quantile(int permille)
    {
        if (Count == 0)
            throw new InvalidOperationException("an empty histogram has no quantile");
        double rank = (Count - 1) * (permille / 1000.0);
        long before = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            long count = _counts[i];
            if (count == 0 || before + count <= rank)
            {
                before += count;
                continue;
            }
            long low = LowerBound(i);
            double inside = (rank - before + 0.5) / count;
            long value = low + (long)((Width(i) - 1) * Math.Min(inside, 1.0));
            return Math.Clamp(value, Min, Max);
        }
        return Max;
    }

    /// <summary>Share of the values that are not above one, spread evenly inside its bucket.</summary>
    public double ShareUpTo(long value)
    {
        if (value >= Max)
            return 1;
        if (value < Min)
            return 0;
        int at = Bucket(value);
        long below = 0;
        for (int i = 0; i < at; i++)
            below += _counts[i];
        return (below + (_counts[at] * ((value - LowerBound(at) + 1.0) / Width(at)))) / Count;
    }

    internal ReadOnlySpan<long> Counts => _counts;

    public Distribution ToDistribution() => Count == 0
        ? default
        : new Distribution(Count, Distribution.Mean(Sum, Count), Quantile(500), Quantile(900), Quantile(950), Quantile(990), Max);

    internal static int Bucket(long value)
    {
        if (value < 2 * PerOctave)
            return (int)value;
        int shift = 63 - BitOperations.LeadingZeroCount((ulong)value) - MantissaBits;
        return (shift << MantissaBits) + (int)(value >> shift);
    }

    internal static long LowerBound(int bucket)
    {
        if (bucket < 2 * PerOctave)
            return bucket;
        int shift = (bucket >> MantissaBits) - 1;
        return (long)((bucket & (PerOctave - 1)) + PerOctave) << shift;
    }

    private static long Width(int bucket) => bucket < 2 * PerOctave ? 1 : 1L << ((bucket >> MantissaBits) - 1);
}
