using System.Globalization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Brackets the highest rate that meets a target, then narrows the bracket to the tolerance.</summary>
/// <remarks>
/// <para>Attainment is taken to fall with the rate. Where noise makes it rise again the answer is the conservative one: below the
/// lowest rate that missed. Every rate is run on the same draws, which keeps that noise small.</para>
/// <para>Tested rates have four digits, so that a report's rate is the rate that was run.</para>
/// </remarks>
public sealed class CapacitySearch(CapacityGoal goal, Func<double, LoadPoint> measure)
{
    /// <summary>No deployment serves a request a microsecond.</summary>
    public const double MostPerS = 1e6;

    private readonly SortedDictionary<double, LoadPoint> _tested = [];

    /// <summary>Every rate that was run, ascending.</summary>
    public IReadOnlyCollection<LoadPoint> Tested => _tested.Values;

    /// <summary>
    /// The capacity of finite runs, and the interval in which the confidence interval of their attainment holds the target.
    /// </summary>
    /// <remarks>The interval is found by two more searches of the same kind, on its ends, that share all runs.</remarks>
    /// <param name="startPerS">Rate to test first.</param>
    /// <param name="floorPerS">Rate at which requests hardly ever meet: one that misses there misses always.</param>
    public CapacityBracket Find(double startPerS, double floorPerS)
    {
        (LoadPoint? highest, LoadPoint? next) = Bracket(startPerS, floorPerS, p => p.Meets(goal.Attainment));
        double? low = null, high = null;
        if (highest is not null && goal.Draws > 1)
        {
            low = Bracket(highest.RatePerS, floorPerS, p => p.SurelyMeets(goal.Attainment)).Highest?.RatePerS;
            high = Bracket(highest.RatePerS, floorPerS, p => p.MayMeet(goal.Attainment)).Next?.RatePerS;
        }
        return new CapacityBracket(highest, next, low, high, [.. _tested.Values]);
    }

    /// <summary>
    /// The highest rate that meets, with no lower tested rate that misses, and the lowest above it that misses; null for none.
    /// </summary>
    /// <param name="meets">What a rate has to do.</param>
    /// <param name="spread">Factor to the second rate tested; it is squared with each further step, up to 2.</param>
    /// <param name="aim">Aim between two rates by their attainments instead of halving: for attainments that fall smoothly.</param>
    /// <param name="slope">How much the attainment falls for each unit of the rate's logarithm, about: where to look second.</param>
    public (LoadPoint? Highest, LoadPoint? Next) Bracket(
        double startPerS, double floorPerS, Func<LoadPoint, bool> meets, double spread = 2, bool aim = false, double? slope = null)
    {
        double rate = Digits(Math.Clamp(startPerS, floorPerS, MostPerS)), lastRatio = double.PositiveInfinity;
        while (true)
        {
            Test(rate);
            LoadPoint? next = _tested.Values.FirstOrDefault(p => !meets(p));
            LoadPoint? highest = _tested.Values.LastOrDefault(p => next is null || p.RatePerS < next.RatePerS);
            if (next is null && highest!.RatePerS >= MostPerS)
                return (highest, null);
            if (highest is null && next!.RatePerS <= floorPerS)
                return (null, next);
            if (highest is not null && next is not null)
            {
                double ratio = next.RatePerS / highest.RatePerS;
                if (ratio <= 1 + goal.Tolerance)
                    return (highest, next);
                // An aim that narrowed the bracket too little is followed by a halving.
                bool halve = !aim || !next.KeepsUp || ratio > 2 || ratio - 1 > (lastRatio - 1) / 2;
                rate = halve
                    ? Math.Sqrt(highest.RatePerS * next.RatePerS)
                    : Between(highest, next, Math.Clamp(Share(highest, next), 0.1, 0.9));
                lastRatio = halve ? double.PositiveInfinity : ratio;
            }
            else
            {
                LoadPoint tried = (next ?? highest)!;
                double step = slope is > 0 && tried.KeepsUp ? Math.Clamp(Reach(tried, slope.Value), 1 + (goal.Tolerance / 2), 2) : spread;
                rate = next is null ? Math.Min(step * highest!.RatePerS, MostPerS) : Math.Max(next.RatePerS / step, floorPerS);
                spread = slope is null ? Math.Min(2, spread * spread) : spread;
                slope = null;
            }
            rate = Digits(rate);
            if (_tested.ContainsKey(rate))
                return (highest, next);
        }
    }

    /// <summary>Where the attainment crosses the target between two rates, as if it fell evenly in the logarithm of the rate.</summary>
    public double Crossing(LoadPoint highest, LoadPoint next) =>
        next.KeepsUp ? Between(highest, next, Math.Clamp(Share(highest, next), 0, 1)) : Math.Sqrt(highest.RatePerS * next.RatePerS);

    /// <summary>The next lower rate of four digits.</summary>
    public static double DigitsBelow(double rate)
    {
        double rounded = Digits(rate);
        return rounded <= rate ? rounded : Digits(rate * 0.9994);
    }

    /// <summary>Factor to just beyond where the attainment crosses the target.</summary>
    private double Reach(LoadPoint from, double slope) =>
        DeterministicMath.Exp(Math.Min(Math.Abs(Judged(from) - goal.Attainment) / slope, 1) + (goal.Tolerance / 2));

    private double Share(LoadPoint highest, LoadPoint next) =>
        (Judged(highest) - goal.Attainment) / Math.Max(Judged(highest) - Judged(next), 1e-12);

    private double Judged(LoadPoint point) => point.Judged(goal.Attainment);

    private static double Between(LoadPoint low, LoadPoint high, double share) =>
        low.RatePerS * DeterministicMath.Exp(share * DeterministicMath.Log(high.RatePerS / low.RatePerS));

    private void Test(double rate)
    {
        if (!_tested.ContainsKey(rate))
            _tested[rate] = measure(rate);
    }

    /// <summary>Four significant digits.</summary>
    private static double Digits(double rate) =>
        double.Parse(rate.ToString("E3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
