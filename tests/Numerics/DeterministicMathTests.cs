using ELLM.Sim.Numerics;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

/// <summary>Against the platform's own functions, which are good to about one unit in the last place.</summary>
[TestFixture]
internal sealed class DeterministicMathTests
{
    /// <summary>Two units in the last place, at worst, of both sides together.</summary>
    private const double Relative = 4.5e-16;

    [FsCheck.NUnit.Property(Replay = "31,7", MaxTest = 5000)]
    public bool Exp_any_normal_result_agrees_with_the_platform(NormalFloat given)
    {
        double x = Fold(given.Get, 700);
        return Near(DeterministicMath.Exp(x), Math.Exp(x));
    }

    [FsCheck.NUnit.Property(Replay = "32,7", MaxTest = 5000)]
    public bool Log_any_positive_agrees_with_the_platform(NormalFloat given, int exponent)
    {
        double x = (1 + Math.Abs(Fold(given.Get, 1))) * Math.Pow(2, exponent % 1000);
        return Near(DeterministicMath.Log(x), Math.Log(x));
    }

    [FsCheck.NUnit.Property(Replay = "33,7", MaxTest = 5000)]
    public bool Log_near_one_keeps_its_relative_error(NormalFloat given)
    {
        double x = 1 + Fold(given.Get, 0.01);
        return x == 1 || Near(DeterministicMath.Log(x), Math.Log(x));
    }

    [FsCheck.NUnit.Property(Replay = "34,7", MaxTest = 5000)]
    public bool Pow_results_far_beyond_the_ranges_used_agree_with_the_platform(NormalFloat given, NormalFloat power)
    {
        double x = Math.Exp(Fold(given.Get, 60));
        double y = Fold(power.Get, 11);
        return Near(DeterministicMath.Pow(x, y), Math.Pow(x, y));
    }

    [FsCheck.NUnit.Property(Replay = "35,7", MaxTest = 5000)]
    public bool Sin_cos_any_angle_in_range_agree_with_the_platform(NormalFloat given)
    {
        double x = Fold(given.Get, DeterministicMath.LargestAngle);
        return Math.Abs(DeterministicMath.Sin(x) - Math.Sin(x)) < 2.3e-16 && Math.Abs(DeterministicMath.Cos(x) - Math.Cos(x)) < 2.3e-16;
    }

    [Test]
    public void Sin_close_to_a_zero_keeps_its_relative_error()
    {
        for (int n = 1; n < 300_000; n += 997)
            Assert.That(Near(DeterministicMath.Sin(n * Math.PI), Math.Sin(n * Math.PI)), Is.True, $"{n} pi");
    }

    [Test]
    public void Exp_extremes_follow_ieee()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(DeterministicMath.Exp(0), Is.EqualTo(1));
            Assert.That(DeterministicMath.Exp(710), Is.EqualTo(double.PositiveInfinity));
            Assert.That(DeterministicMath.Exp(double.PositiveInfinity), Is.EqualTo(double.PositiveInfinity));
            Assert.That(DeterministicMath.Exp(double.NegativeInfinity), Is.Zero);
            Assert.That(DeterministicMath.Exp(-746), Is.Zero);
            Assert.That(DeterministicMath.Exp(-740), Is.EqualTo(Math.Exp(-740)).Within(double.Epsilon));
            Assert.That(DeterministicMath.Exp(709.78), Is.EqualTo(Math.Exp(709.78)).Within(1e-13).Percent);
            Assert.That(DeterministicMath.Exp(double.NaN), Is.NaN);
        }
    }

    [Test]
    public void Log_extremes_follow_ieee()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(DeterministicMath.Log(1), Is.Zero);
            Assert.That(DeterministicMath.Log(0), Is.EqualTo(double.NegativeInfinity));
            Assert.That(DeterministicMath.Log(-1), Is.NaN);
            Assert.That(DeterministicMath.Log(double.NaN), Is.NaN);
            Assert.That(DeterministicMath.Log(double.PositiveInfinity), Is.EqualTo(double.PositiveInfinity));
            Assert.That(Near(DeterministicMath.Log(double.Epsilon), Math.Log(double.Epsilon)), Is.True);
            Assert.That(Near(DeterministicMath.Log(double.MaxValue), Math.Log(double.MaxValue)), Is.True);
        }
    }

    [Test]
    public void Pow_every_special_case_is_the_platforms_answer()
    {
        double[] bases = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.Epsilon,
            double.MaxValue];
        double[] powers = [0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e308, -1e308, double.PositiveInfinity, double.NegativeInfinity,
            double.NaN, 1e15 + 1];
        foreach (double x in bases)
        {
            foreach (double y in powers)
            {
                double expected = Math.Pow(x, y);
                double found = DeterministicMath.Pow(x, y);
                bool same = double.IsNaN(expected)
                    ? double.IsNaN(found)
                    : Near(found, expected) && double.IsNegative(found) == double.IsNegative(expected);
                Assert.That(same, Is.True, FormattableString.Invariant($"{x}^{y}: {found} instead of {expected}"));
            }
        }
    }

    [Test]
    public void Sin_beyond_its_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = DeterministicMath.Sin(2 * DeterministicMath.LargestAngle));

    /// <summary>A value in [-limit, limit], whatever was drawn.</summary>
    private static double Fold(double drawn, double limit) => Math.IEEERemainder(drawn, 2 * limit);

    private static bool Near(double found, double expected) =>
        found == expected || Math.Abs(found - expected) <= Relative * Math.Abs(expected) || Math.Abs(found - expected) <= double.Epsilon;
}
