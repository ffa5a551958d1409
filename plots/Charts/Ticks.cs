using System.Globalization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Plots.Charts;

/// <summary>A labelled place on an axis.</summary>
public readonly record struct Tick(double Value, string Label);

/// <summary>Ticks at 1, 2 and 5 times powers of ten, with labels as short as the step allows.</summary>
public static class Ticks
{
    private const double Ln10 = 2.302585092994046;
    private static readonly int[] Steps = [1, 2, 5];

    /// <summary>At most <paramref name="most"/> (two or more) ticks from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static IReadOnlyList<Tick> Linear(double low, double high, int most)
    {
        (int mantissa, int power) = StepOf(low, high, Math.Max(2, most));
        long first = (long)Math.Ceiling(Divide(low, mantissa, power) - 1e-9);
        long last = (long)Math.Floor(Divide(high, mantissa, power) + 1e-9);
        double largest = Math.Max(Math.Abs(low), Math.Abs(high));
        List<Tick> ticks = [];
        for (long i = first; i <= last; i++)
        {
            double value = Scaled(i * mantissa, power);
            ticks.Add(new Tick(value, Label(value, power, largest)));
        }
        return ticks;
    }

    /// <summary>The range widened to whole steps.</summary>
    public static (double Low, double High) Widen(double low, double high, int most)
    {
        (int mantissa, int power) = StepOf(low, high, Math.Max(2, most));
        return (Scaled((long)Math.Floor(Divide(low, mantissa, power) + 1e-9) * mantissa, power),
            Scaled((long)Math.Ceiling(Divide(high, mantissa, power) - 1e-9) * mantissa, power));
    }

    /// <summary>Decades; with 2 and 5 between them when that stays below <paramref name="most"/>, or every n-th decade when not.</summary>
    public static IReadOnlyList<Tick> Log(double low, double high, int most)
    {
        int first = Decade(low), last = Decade(high) + 1;
        foreach ((int[] mantissas, int stride) in (ReadOnlySpan<(int[], int)>)[(Steps, 1), ([1], 1), ([1], 2), ([1], 5), ([1], 20),
            ([1], 100)])
        {
            List<Tick> ticks = [];
            for (int power = first; power <= last; power += stride)
            {
                foreach (int m in mantissas)
                {
                    double value = Scaled(m, power);
                    if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                        ticks.Add(new Tick(value, Short(value)));
                }
            }
            if (ticks.Count <= Math.Max(2, most) && ticks.Count > 0)
                return ticks;
        }
        return [new Tick(low, Short(low))];
    }

    /// <summary>The power of ten at or below a positive number.</summary>
    public static int Decade(double value)
    {
        int power = (int)Math.Floor(DeterministicMath.Log(value) / Ln10);
        if (Scaled(1, power + 1) <= value)
            return power + 1;
        return Scaled(1, power) > value ? power - 1 : power;
    }

    /// <summary>A number in three significant digits, with k, M, G or T.</summary>
    public static string Short(double value)
    {
        if (!double.IsFinite(value))
            return "undefined";
        double size = Math.Abs(value);
        if (size is 0 or (>= 9.995e-5 and < 9999.5))
            return value.ToString(
                size >= 99.95
                    ? "0"
                    : size >= 9.995
                        ? "0.#"
                        : size >= 0.9995 ? "0.##" : size >= 0.09995 ? "0.###" : size >= 0.009995 ? "0.####" : "0.######",
                        CultureInfo.InvariantCulture);
        (double unit, string suffix) = size switch
        {
            >= 1e15 or < 1 => (0, ""),
            >= 9.995e11 => (1e12, "T"),
            >= 9.995e8 => (1e9, "G"),
            >= 9.995e5 => (1e6, "M"),
            _ => (1e3, "k")
        };
        return unit == 0 ? value.ToString("0.##e0", CultureInfo.InvariantCulture) : Short(value / unit) + suffix;
    }

    private static (int Mantissa, int Power) StepOf(double low, double high, int most)
    {
        double rough = (high - low) / most;
        int power = Decade(rough);
        foreach (int m in Steps)
        {
            if (Scaled(m, power) >= rough * (1 - 1e-9))
                return (m, power);
        }
        return (1, power + 1);
    }

    private static double Divide(double value, int mantissa, int power) => value / Scaled(mantissa, power);

    /// <summary>m times ten to the power, rounded once for the powers that doubles hold exactly.</summary>
    private static double Scaled(long mantissa, int power)
    {
        double result = mantissa;
        for (int left = Math.Abs(power); left > 0; left -= 22)
            result = power < 0 ? result / Ten(Math.Min(left, 22)) : result * Ten(Math.Min(left, 22));
        return result;
    }

    private static double Ten(int power)
    {
        double result = 1;
        for (int i = 0; i < power; i++)
            result *= 10;
        return result;
    }

    private static string Label(double value, int power, double largest)
    {
        (int shift, string suffix) = largest switch
        {
            >= 1e15 => (0, "e"),
            >= 1e12 => (12, "T"),
            >= 1e9 => (9, "G"),
            >= 1e6 => (6, "M"),
            >= 1e4 => (3, "k"),
            _ => (0, "")
        };
        if (value == 0)
            return "0";
        if (suffix == "e" || power < -4)
            return value.ToString("0.######e0", CultureInfo.InvariantCulture);
        if (shift - power > 3)
            (shift, suffix) = (0, "");
        return (value / Scaled(1, shift)).ToString("F" + Math.Max(0, shift - power).ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture) + suffix;
    }
}
