using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>From the points of one operation to its entry of the profile.</summary>
public static class OperationFit
{
    public const int Resamples = 300;

    /// <summary>Above this relative residual the additive model does not describe the operation, and its table is used.</summary>
    public const double LackOfFit = 0.15;

    /// <param name="points">Idle points, each with at least one sample and a positive median.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <param name="source">Provenance of everything in the entry.</param>
    public static CalibratedOperation Fit(IReadOnlyList<FittedPoint> points, ulong seed, Provenance source)
    {
        CostCoefficients cost = Medians(points, point => point.MedianUs);
        double[] residuals = [.. points.Select(point => Math.Abs((cost.Us(point.Key.Items, point.Mib) / point.MedianUs) - 1))];
        int worst = Array.IndexOf(residuals, residuals.Max());
        IReadOnlyList<TablePoint>? table = residuals[worst] > LackOfFit ? Table(points) : null;
        return new CalibratedOperation
        {
            When = new Dictionary<string, string> { ["device"] = PointKey.Idle },
            Cost = Rounded(cost),
            Ci95 = Bootstrap(points, seed),
            Quantiles = Tail(points),
            Use = table is null ? CostSource.Linear : CostSource.Table,
            Table = table,
            Fit = new FitQuality(
                points.Count,
                points.Sum(point => point.Us.Length),
                Round(residuals[worst]),
                points[worst].Key.ToString(),
                Round(Statistics.MedianOf(residuals)),
                Round(RelativeFit.Condition(points)),
                Round(points.Max(point => point.Drift)),
                points.Sum(point => point.Spikes)),
            Provenance = source,
        };
    }

    /// <summary>Medians over size, not falling: a size that came out faster than a smaller one takes the smaller one's time.</summary>
    private static List<TablePoint>? Table(IReadOnlyList<FittedPoint> points)
    {
        List<TablePoint> table = [];
        foreach (FittedPoint point in points.Where(point => point.Key is { Items: 1, ItemBytes: > 0 }).OrderBy(point => point.Mib))
            table.Add(new TablePoint(point.Mib, Round(Math.Max(point.MedianUs, table.Count > 0 ? table[^1].Us : 0))));
        return table.Count >= 2 ? table : null;
    }

    /// <summary>Samples of all points together, each over its own point's median.</summary>
    private static TailQuantiles Tail(IReadOnlyList<FittedPoint> points)
    {
        double[] multiples = [.. points.SelectMany(point => point.Us.Select(us => us / point.MedianUs))];
        Array.Sort(multiples);
        double p90 = Math.Max(1, Statistics.Quantile(multiples, 0.9));
        double p99 = Math.Max(p90, Statistics.Quantile(multiples, 0.99));
        return new TailQuantiles(1, Round(p90), Round(p99), Round(Math.Max(p99, multiples[^1])), multiples.Length);
    }

    /// <summary>Draws samples with replacement inside every point and fits again; the middle 95 % of the coefficients.</summary>
    private static CostIntervals Bootstrap(IReadOnlyList<FittedPoint> points, ulong seed)
    {
        RandomStream random = RandomStream.Named(seed, "bootstrap");
        double[][] coefficients = [new double[Resamples], new double[Resamples], new double[Resamples]];
        for (int i = 0; i < Resamples; i++)
        {
            CostCoefficients one = Medians(points, point => ResampledMedian(point.Us, random));
            (coefficients[0][i], coefficients[1][i], coefficients[2][i]) = (one.FixedUs, one.PerItemUs, one.PerMibUs);
        }
        return new CostIntervals(Ends(coefficients[0]), Ends(coefficients[1]), Ends(coefficients[2]));
    }

    private static double ResampledMedian(double[] us, RandomStream random)
    {
        double[] drawn = new double[us.Length];
        for (int i = 0; i < drawn.Length; i++)
            drawn[i] = us[(int)random.NextBelow((ulong)us.Length)];
        Array.Sort(drawn);
        return Math.Max(Statistics.Median(drawn), double.Epsilon);
    }

    private static CostCoefficients Medians(IReadOnlyList<FittedPoint> points, Func<FittedPoint, double> median) => RelativeFit.Fit(
        [.. points.Select(point => (double)point.Key.Items)],
        [.. points.Select(point => point.Mib)],
        [.. points.Select(median)]);

    private static double[] Ends(double[] values)
    {
        Array.Sort(values);
        return [Round(Statistics.Quantile(values, 0.025)), Round(Statistics.Quantile(values, 0.975))];
    }

    private static CostCoefficients Rounded(CostCoefficients cost) => new(Round(cost.FixedUs), Round(cost.PerItemUs), Round(cost.PerMibUs));

    /// <summary>Six significant digits: more would claim more than was measured.</summary>
    internal static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        double scale = Math.Pow(10, 5 - (int)Math.Floor(Math.Log10(Math.Abs(value))));
        return double.IsFinite(scale) ? Math.Round(value * scale) / scale : 0;
    }
}
