using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>The samples of one point that count, and what they say.</summary>
public sealed class FittedPoint
{
    /// <summary>A sample this many times its point's median is a spike.</summary>
    public const double SpikeMultiple = 5;

    private const int SamplesOfARound = 3;

    public FittedPoint(PointKey key, IEnumerable<RawSample> samples)
    {
        Key = key;
        List<RawSample> counted = [.. samples.Where(sample => sample.Counts)];
        Us = [.. counted.Select(sample => sample.Us)];
        Array.Sort(Us);
        MedianUs = Us.Length > 0 ? Statistics.Median(Us) : 0;
        Spikes = Us.Count(us => us > SpikeMultiple * MedianUs);
        Drift = MedianUs > 0
            ? counted.GroupBy(sample => sample.Round)
                .Where(round => round.Count() >= SamplesOfARound)
                .Select(round => Math.Abs((Statistics.MedianOf(round.Select(sample => sample.Us)) / MedianUs) - 1))
                .DefaultIfEmpty(0)
                .Max()
            : 0;
    }

    public PointKey Key { get; }

    /// <summary>Ascending.</summary>
    public double[] Us { get; }

    public double MedianUs { get; }

    public int Spikes { get; }

    /// <summary>Largest relative deviation of a round's median from the median of all.</summary>
    public double Drift { get; }

    public double Mib => Key.ItemBytes / (double)(1 << 20) * Key.Items;
}
