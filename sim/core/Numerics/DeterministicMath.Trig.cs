namespace ELLM.Sim.Numerics;

/// <content>Sine and cosine.</content>
public static partial class DeterministicMath
{
    /// <summary>Largest argument of <see cref="Sin"/> and <see cref="Cos"/>: beyond it the reduction would lose digits.</summary>
    public const double LargestAngle = 1e6;

    private const double TwoOverPi = 0.63661977236758138;

    // pi/2 in three parts; the first two have 33 significant bits each, so their products with up to 2^20 are exact.
    private const double HalfPi1 = 1.5707963267341256;

    private const double HalfPi2 = 6.0771005063039660e-11;

    private const double HalfPi3 = 2.0222662487959506e-21;

    /// <summary>Sine of an angle in radians, |x| at most <see cref="LargestAngle"/>.</summary>
    /// <remarks>
    /// <c>x = n pi/2 + r</c> with |r| at most pi/4, r carried as two doubles; then the Taylor series of sine to r^17 or of cosine to
    /// r^18, whichever quarter n selects.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">|x| above <see cref="LargestAngle"/>, or infinite.</exception>
    public static double Sin(double x)
    {
        if (double.IsNaN(x))
            return x;
        int quarter = Reduce(x, out double r, out double low);
        return (quarter & 3) switch
        {
            0 => SinReduced(r, low),
            1 => CosReduced(r, low),
            2 => -SinReduced(r, low),
            _ => -CosReduced(r, low),
        };
    }

    /// <summary>Cosine of an angle in radians, |x| at most <see cref="LargestAngle"/>. Method of <see cref="Sin"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">|x| above <see cref="LargestAngle"/>, or infinite.</exception>
    public static double Cos(double x)
    {
        if (double.IsNaN(x))
            return x;
        int quarter = Reduce(x, out double r, out double low);
        return (quarter & 3) switch
        {
            0 => CosReduced(r, low),
            1 => -SinReduced(r, low),
            2 => -CosReduced(r, low),
            _ => SinReduced(r, low),
        };
    }

    private static int Reduce(double x, out double high, out double low)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(x), LargestAngle, nameof(x));
        double n = Math.Floor(x * TwoOverPi + 0.5);
        double first = x - n * HalfPi1;
        double second = n * HalfPi2;
        double sum = first - second;
        // Two-sum: what the subtraction rounded away.
        double back = sum - first;
        double error = (first - (sum - back)) + (-second - back);
        double rest = error - n * HalfPi3;
        high = sum + rest;
        low = rest - (high - sum);
        return (int)n;
    }

    /// <summary>sin(r + low) = r + low cos r + r^3 (-1/3! + r^2/5! - …).</summary>
    private static double SinReduced(double r, double low)
    {
        double z = r * r;
        double z2 = z * z;
        double first = -1.0 / 6 + z * (1.0 / 120);
        double second = -1.0 / 5040 + z * (1.0 / 362880);
        double third = -1.0 / 39916800 + z * (1.0 / 6227020800);
        double fourth = -1.0 / 1307674368000 + z * (1.0 / 355687428096000);
        double series = (first + z2 * second) + z2 * z2 * (third + z2 * fourth);
        return r + (r * z * series + low * (1 - 0.5 * z));
    }

    /// <summary>cos(r + low) = 1 - r^2/2 - r low + r^4 (1/4! - r^2/6! + …).</summary>
    private static double CosReduced(double r, double low)
    {
        double z = r * r;
        double z2 = z * z;
        double first = 1.0 / 24 + z * (-1.0 / 720);
        double second = 1.0 / 40320 + z * (-1.0 / 3628800);
        double third = 1.0 / 479001600 + z * (-1.0 / 87178291200);
        double fourth = 1.0 / 20922789888000 + z * (-1.0 / 6402373705728000);
        double series = (first + z2 * second) + z2 * z2 * (third + z2 * fourth);
        double half = 0.5 * z;
        double head = 1 - half;
        return head + ((1 - head - half) + (z2 * series - r * low));
    }
}
