namespace ELLM.Sim.Numerics;

/// <summary>Student's t distribution: how far a mean of few values may be off.</summary>
public static class Confidence
{
    /// <summary>97.5 % quantiles for 1 to 30 degrees of freedom, as in every table.</summary>
    private static readonly double[] Table =
    [
        12.706204736, 4.302652730, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135, 2.262157163, 2.228138852,
        2.200985160, 2.178812830, 2.160368656, 2.144786688, 2.131449546, 2.119905299, 2.109815578, 2.100922040, 2.093024054, 2.085963447,
        2.079613845, 2.073873068, 2.068657610, 2.063898562, 2.059538553, 2.055529439, 2.051830516, 2.048407142, 2.045229642, 2.042272456,
    ];

    /// <summary>Factor of the standard error on either side of a mean that makes a 95 % confidence interval.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1: values less one.</param>
    /// <remarks>Beyond the table Fisher's expansion around the normal quantile; off by less than 1e-5 there.</remarks>
    public static double Factor95(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        if (degrees <= Table.Length)
            return Table[degrees - 1];
        const double Z = 1.959963984540054;
        const double Z3 = Z * Z * Z, Z5 = Z3 * Z * Z, Z7 = Z5 * Z * Z;
        double n = degrees;
        return Z + ((Z3 + Z) / (4 * n)) + (((5 * Z5) + (16 * Z3) + (3 * Z)) / (96 * n * n)) + (((3 * Z7) + (19 * Z5) + (17 * Z3) - (15 * Z)) / (384 * n * n * n));
    }

    /// <summary>Half the width of the 95 % confidence interval of a mean; null for fewer than two values.</summary>
    public static double? HalfWidth95(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
            return null;
        double mean = values.Sum() / values.Count;
        double squares = values.Sum(v => (v - mean) * (v - mean));
        return Factor95(values.Count - 1) * Math.Sqrt(squares / (values.Count - 1) / values.Count);
    }
}
