namespace ELLM.Sim.Numerics;

/// <content>Exponential, logarithm, power.</content>
public static partial class DeterministicMath
{
    /// <summary>e^x.</summary>
    /// <remarks>
    /// <c>x = k ln 2 + r</c> with |r| at most ln 2 / 2; e^r by its Taylor series to r^13 (next term below 5e-18 relative), summed as
    /// four interleaved chains; times 2^k.
    /// </remarks>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
            return x;
        return ExpOfSum(x, 0);
    }

    /// <summary>Natural logarithm. Negative infinity at zero, NaN below.</summary>
    /// <remarks>
    /// <c>x = m 2^k</c> with m in [sqrt(1/2), sqrt 2); with s = (m - 1) / (m + 1),
    /// <c>ln m = 2 s + 2 s^3 (1/3 + s^2/5 + …)</c>. s is carried as two doubles, so the sum is good to about 2^-62.
    /// </remarks>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0)
            return double.NaN;
        if (x == 0)
            return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x))
            return x;
        double high = LogParts(x, out double low);
        return high + low;
    }

    /// <summary>x^y, with the special cases of IEEE 754 pow.</summary>
    /// <remarks>e^(y ln x) with the logarithm and the product each carried as two doubles.</remarks>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1)
            return 1;
        if (double.IsNaN(x) || double.IsNaN(y))
            return double.NaN;
        if (x > 0 && !double.IsPositiveInfinity(x) && Math.Abs(y) < 1e300)
            return PowPositive(x, y);
        return PowSpecial(x, y);
    }

    private static double PowPositive(double x, double y)
    {
        double logHigh = LogParts(x, out double logLow);
        double high = y * logHigh;
        if (!(Math.Abs(high) < 800))
            return high > 0 ? double.PositiveInfinity : 0;
        double low = ProductError(y, logHigh, high) + y * logLow;
        return ExpOfSum(high, low);
    }

    private static double PowSpecial(double x, double y)
    {
        if (double.IsInfinity(y) || Math.Abs(y) >= 1e300)
        {
            double size = Math.Abs(x);
            if (size == 1)
                return 1;
            return size > 1 == y > 0 ? double.PositiveInfinity : 0;
        }
        bool whole = Math.Floor(y) == y;
        bool odd = whole && Math.Abs(y) < 9007199254740992.0 && Math.Floor(y / 2) * 2 != y;
        if (x < 0 && !whole && !double.IsInfinity(x))
            return double.NaN;
        double magnitude = x == 0 || double.IsInfinity(x)
            ? (x == 0 == y > 0 ? 0 : double.PositiveInfinity)
            : PowPositive(-x, y);
        return odd && (x < 0 || (x == 0 && double.IsNegative(x))) ? -magnitude : magnitude;
    }

    /// <summary>e^(high + low), low being a correction far below high's last place.</summary>
    private static double ExpOfSum(double high, double low)
    {
        if (high > 709.782712893384)
            return high > 709.7827128933841 || low > 0 ? double.PositiveInfinity : Scale(ExpReduced(high, low, out int top), top);
        if (high < -745.2)
            return 0;
        double mantissa = ExpReduced(high, low, out int k);
        return Scale(mantissa, k);
    }

    private static double ExpReduced(double high, double low, out int k)
    {
        double whole = Math.Floor(high * InverseLn2 + 0.5);
        k = (int)whole;
        double rHigh = high - whole * Ln2High;
        double rLow = whole * Ln2Low - low;
        double r = rHigh - rLow;
        double lost = rHigh - r - rLow;
        double r2 = r * r;
        double r4 = r2 * r2;
        // 1/2! … 1/13!
        double c0 = 0.5 + r * (1.0 / 6);
        double c1 = 1.0 / 24 + r * (1.0 / 120);
        double c2 = 1.0 / 720 + r * (1.0 / 5040);
        double c3 = 1.0 / 40320 + r * (1.0 / 362880);
        double c4 = 1.0 / 3628800 + r * (1.0 / 39916800);
        double c5 = 1.0 / 479001600 + r * (1.0 / 6227020800);
        double tail = (c0 + c1 * r2) + r4 * ((c2 + c3 * r2) + r4 * (c4 + c5 * r2));
        return 1 + (r + (r2 * tail + lost));
    }

    /// <summary>ln x for positive finite x: the rounded value and what rounding left.</summary>
    private static double LogParts(double x, out double low)
    {
        int k = 0;
        long bits = BitConverter.DoubleToInt64Bits(x);
        if (bits < 0x0010_0000_0000_0000)
        {
            bits = BitConverter.DoubleToInt64Bits(x * 18014398509481984.0);
            k = -54;
        }
        // Mantissas above sqrt 2 count as the next power's lower half.
        long mantissa = bits & 0x000F_FFFF_FFFF_FFFF;
        int half = mantissa >= 0x6_A09E_667F_3BCD ? 1 : 0;
        k += (int)(bits >> 52) - 1023 + half;
        double m = BitConverter.Int64BitsToDouble(mantissa | (long)(1023 - half) << 52);
        double f = m - 1;
        double sum = m + 1;
        double inverse = 1 / sum;
        double s = f * inverse;
        // s and m + 1 are rounded; both errors enter the residual, so that s + sLow is the true quotient.
        double sumLow = m - (sum - 1);
        double product = s * sum;
        double sLow = ((f - product) - ProductError(s, sum, product) - s * sumLow) * inverse;
        double z = s * s;
        double z2 = z * z;
        double z4 = z2 * z2;
        // 1/3, 1/5, … 1/25
        double even = (1.0 / 3 + z * (1.0 / 5)) + z2 * (1.0 / 7 + z * (1.0 / 9));
        double odd = (1.0 / 11 + z * (1.0 / 13)) + z2 * (1.0 / 15 + z * (1.0 / 17));
        double last = (1.0 / 19 + z * (1.0 / 21)) + z2 * (1.0 / 23 + z * (1.0 / 25));
        double tail = 2 * s * z * (even + z4 * (odd + z4 * last));
        double main = 2 * s;
        double exponent = k * Ln2High;
        // |exponent| is 0 or larger than |main|, so the error of their sum is exact this way round.
        double head = exponent + main;
        double headLow = k == 0 ? 0 : main - (head - exponent);
        double rest = headLow + (2 * sLow + tail + k * Ln2Low);
        double result = head + rest;
        low = rest - (result - head);
        return result;
    }
}
