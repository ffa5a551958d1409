using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>The Gamma function for x of at least 1, to about 1e-10.</summary>
/// <remarks>Stirling's series for ln Gamma above 10, brought down by Gamma(x) = Gamma(x + 1) / x. NIST DLMF 5.11.1, 5.5.1.</remarks>
internal static class DeterministicGamma
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    public static double Of(double x)
    {
        double divisor = 1;
        for (; x < 10; x++)
            divisor *= x;
        double inverse = 1 / x, square = inverse * inverse;
        double series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
        return DeterministicMath.Exp((x - 0.5) * DeterministicMath.Log(x) - x + HalfLogTwoPi + series) / divisor;
    }
}
