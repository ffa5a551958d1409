using System.Globalization;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Where a deployment stops meeting its objectives.</summary>
/// <param name="Highest">The highest rate that meets the target, with no lower tested rate that misses it; null when none does.</param>
/// <param name="Next">The lowest tested rate above that misses it; null when none was found.</param>
/// <param name="LowRatePerS">Up to here the target is met at the lower end of the attainment's 95 % interval; null with a single draw.</param>
/// <param name="HighRatePerS">From here on it is missed at the upper end; null with a single draw.</param>
/// <param name="Tested">Every rate that was run, ascending.</param>
public sealed record CapacityBracket(LoadPoint? Highest, LoadPoint? Next, double? LowRatePerS, double? HighRatePerS, IReadOnlyList<LoadPoint> Tested);

/// <summary>Brackets the highest rate that meets a target, then halves the bracket until it is as narrow as the tolerance.</summary>
/// <remarks>
/// <para>Attainment is taken to fall with the rate. Where noise makes it rise again the answer is the conservative one: below the
/// lowest rate that missed. Draws are common to all rates, which keeps that noise small.</para>
/// <para>The interval is the set of rates at which the confidence interval of the attainment holds the target; it is found by two
/// more searches of the same kind, on its ends, that share all runs. Tested rates have four digits, so that a report's rate is the
/// rate that was run.</para>
/// </remarks>
public sealed class CapacitySearch(CapacityGoal goal, Func<double, LoadPoint> measure)
{
    /// <summary>No deployment serves a request a microsecond.</summary>
    public const double MostPerS = 1e6;

    private readonly SortedDictionary<double, LoadPoint> _tested = [];

    /// <param name="startPerS">Rate to test first.</param>
    /// <param name="floorPerS">Rate at which requests hardly ever meet: one that misses there misses always.</param>
    public CapacityBracket Find(double startPerS, double floorPerS)
    {
        (LoadPoint? highest, LoadPoint? next) = Bracket(startPerS, floorPerS, p => p.Meets(goal.Attainment));
        double? low = null, high = null;
        if (highest is not null && goal.Seeds > 1)
        {
            low = Bracket(highest.RatePerS, floorPerS, p => p.SurelyMeets(goal.Attainment)).Highest?.RatePerS;
            high = Bracket(highest.RatePerS, floorPerS, p => p.MayMeet(goal.Attainment)).Next?.RatePerS;
        }
        return new CapacityBracket(highest, next, low, high, [.. _tested.Values]);
    }

    private (LoadPoint? Highest, LoadPoint? Next) Bracket(double start, double floor, Func<LoadPoint, bool> meets)
    {
        double rate = Digits(Math.Clamp(start, floor, MostPerS));
        while (true)
        {
            Test(rate);
            LoadPoint? next = _tested.Values.FirstOrDefault(p => !meets(p));
            LoadPoint? highest = _tested.Values.LastOrDefault(p => next is null || p.RatePerS < next.RatePerS);
            if (next is null && highest!.RatePerS >= MostPerS)
                return (highest, null);
            if (highest is null && next!.RatePerS <= floor)
                return (null, next);
            if (highest is not null && next is not null && next.RatePerS <= highest.RatePerS * (1 + goal.Tolerance))
                return (highest, next);
            rate = next is null ? Math.Min(2 * highest!.RatePerS, MostPerS)
                : highest is null ? Math.Max(next.RatePerS / 2, floor)
                : Math.Sqrt(highest.RatePerS * next.RatePerS);
            rate = Digits(rate);
            if (_tested.ContainsKey(rate))
                return (highest, next);
        }
    }

    private void Test(double rate)
    {
        if (!_tested.ContainsKey(rate))
            _tested[rate] = measure(rate);
    }

    /// <summary>Four significant digits.</summary>
    private static double Digits(double rate) =>
        double.Parse(rate.ToString("E3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
