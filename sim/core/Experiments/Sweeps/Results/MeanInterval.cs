using MathNet.Numerics.Distributions;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>A mean and the half-width of its 95 % confidence interval.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Null without values.</param>
/// <param name="HalfWidth">Null below two values.</param>
public readonly record struct MeanInterval(int Count, double? Mean, double? HalfWidth)
{
    private const double Upper = 0.975;

    /// <summary>Student's t with n - 1 degrees of freedom: the values are taken as independent and about normal, as replications with different seeds are.</summary>
    public static MeanInterval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return new MeanInterval(0, null, null);
        double mean = values.Sum() / values.Count;
        if (values.Count == 1)
            return new MeanInterval(1, mean, null);
        double squares = values.Sum(v => (v - mean) * (v - mean));

        // Rounded: the last bits of the quantile depend on the platform's logarithm.
        double t = Math.Round(StudentT.InvCDF(0, 1, values.Count - 1, Upper), 8);
        return new MeanInterval(values.Count, mean, t * Math.Sqrt(squares / (values.Count - 1) / values.Count));
    }
}
