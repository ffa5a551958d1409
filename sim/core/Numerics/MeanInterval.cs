using MathNet.Numerics.Distributions;

namespace ELLM.Sim.Numerics;

/// <summary>A mean and the half-width of its 95 % confidence interval.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Null without values.</param>
/// <param name="HalfWidth">Null below two values.</param>
public readonly record struct MeanInterval(int Count, double? Mean, double? HalfWidth)
{
    private const double Upper = 0.975;

    /// <summary>Of the quantile. Its last bits depend on the platform's exponential and logarithm; these digits do not, and a
    /// half-width has no use for more.</summary>
    private const int Decimals = 6;

    /// <summary>Student's t with n - 1 degrees of freedom: the values are taken as independent and about normal, as replications
    /// with different seeds are.</summary>
    public static MeanInterval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return new MeanInterval(0, null, null);
        double mean = values.Sum() / values.Count;
        if (values.Count == 1)
            return new MeanInterval(1, mean, null);
        double squares = values.Sum(v => (v - mean) * (v - mean));
        return new MeanInterval(values.Count, mean, Quantile(values.Count - 1) * Math.Sqrt(squares / (values.Count - 1) / values.Count));
    }

    /// <summary>Standard errors on either side of a mean that make a 95 % interval.</summary>
    /// <param name="degrees">Degrees of freedom: values less one.</param>
    internal static double Quantile(int degrees) => Math.Round(StudentT.InvCDF(0, 1, degrees, Upper), Decimals);
}
