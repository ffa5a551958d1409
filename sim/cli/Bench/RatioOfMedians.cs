using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Bench;

/// <summary>How many times faster one of two builds is: the ratio of their median times, with a 95 % interval.</summary>
/// <param name="Low">Lower end of the interval; the upper is <paramref name="High"/>.</param>
internal readonly record struct RatioOfMedians(double Other, double This, double Ratio, double Low, double High)
{
    private const int Resamples = 4_000;

    /// <summary>Pairs are drawn again with replacement, both of a pair together; the interval holds the middle 95 % of the ratios
    /// they give.</summary>
    public static RatioOfMedians Of(IReadOnlyList<(double Other, double This)> pairs)
    {
        RandomStream random = RandomStream.Named(1, "bench-bootstrap");
        double[] ratios = new double[Resamples];
        (double Other, double This)[] drawn = new (double, double)[pairs.Count];
        for (int i = 0; i < Resamples; i++)
        {
            for (int j = 0; j < drawn.Length; j++)
                drawn[j] = pairs[(int)(random.NextBelow((ulong)pairs.Count))];
            ratios[i] = Median(drawn.Select(p => p.Other)) / Median(drawn.Select(p => p.This));
        }
        Array.Sort(ratios);
        double other = Median(pairs.Select(p => p.Other)), own = Median(pairs.Select(p => p.This));
        return new RatioOfMedians(other, own, other / own, ratios[Resamples / 40], ratios[Resamples - 1 - (Resamples / 40)]);
    }

    private static double Median(IEnumerable<double> values) => Spread.Of(values).Median;
}
