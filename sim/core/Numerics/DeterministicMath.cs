namespace ELLM.Sim.Numerics;

/// <summary>Elementary functions with the same bits on every machine.</summary>
/// <remarks>
/// <para>Only IEEE 754 double +, -, * and / in the order written, never fused, and moves between a double and its bits: each step
/// is correctly rounded by definition, so the result is too, whatever the processor. The runtime's own functions call the
/// platform's library and differ in the last bit.</para>
/// <para>Errors against the true value stay below 0.8 units of the last place where the result is normal (Sin and Cos up to
/// angles of 10,000): measured on 3,000 random arguments a function with 50-digit arithmetic, not proven.</para>
/// </remarks>
public static partial class DeterministicMath
{
    /// <summary>ln 2 in two parts: the first has 32 significant bits, so its product with an exponent is exact.</summary>
    private const double Ln2High = 0.69314718036912382;

    private const double Ln2Low = 1.9082149292705877e-10;

    private const double InverseLn2 = 1.4426950408889634;

    /// <summary>Splits a double for exact products (Dekker 1971): 2^27 + 1.</summary>
    private const double Splitter = 134217729.0;

    /// <summary>Square root: correctly rounded by IEEE 754 itself.</summary>
    public static double Sqrt(double x) => Math.Sqrt(x);

    /// <summary>a * b as the sum of the rounded product and its exact error (Dekker 1971). Needs |a|, |b| below 2^996.</summary>
    private static double ProductError(double a, double b, double product)
    {
        double aHigh = a * Splitter;
        aHigh -= aHigh - a;
        double aLow = a - aHigh;
        double bHigh = b * Splitter;
        bHigh -= bHigh - b;
        double bLow = b - bHigh;
        return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
    }

    /// <summary>x * 2^k by one or two exact multiplications with powers of two; rounds once, into subnormals if need be.</summary>
    private static double Scale(double x, int k)
    {
        if (k is >= -1021 and <= 1023)
            return x * PowerOfTwo(k);
        if (k > 1023)
            return x * PowerOfTwo(1023) * PowerOfTwo(Math.Min(k - 1023, 1023));
        return x * PowerOfTwo(-1021) * PowerOfTwo(Math.Max(k + 1021, -1021));
    }

    private static double PowerOfTwo(int k) => BitConverter.Int64BitsToDouble((long)(k + 1023) << 52);
}
