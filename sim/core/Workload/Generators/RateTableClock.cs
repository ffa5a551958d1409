using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Arrival times of a <see cref="RateTableArrivals"/>, one after the other.</summary>
/// <param name="startStep">Step of the table at time 0.</param>
internal sealed class RateTableClock(RateTableArrivals spec, RandomStream random, BinBudget bins, int startStep = 0)
{
    private double _x = spec.SdLog * Distributions.Normal(random);
    private double _factor = -1;
    private long _step;
    private double _now;

    private double Rate => spec.RatePerS * _factor * spec.Multipliers[(_step + startStep) % spec.Multipliers.Length];

    /// <summary>Seconds; never falls.</summary>
    public double Next()
    {
        if (_factor < 0)
            _factor = spec.Factor(_x, random);
        double work = Distributions.Exponential(random, 1);
        while (true)
        {
            double rate = Rate;
            double left = (_step + 1) * spec.StepS - _now;
            if (work < rate * left)
                break;
            bins.Spend();
            work -= rate * left;
            _now = ++_step * spec.StepS;
            _x = spec.Phi * _x + spec.SdLog * Math.Sqrt(1 - spec.Phi * spec.Phi) * Distributions.Normal(random);
            _factor = spec.Factor(_x, random);
        }
        _now += work / Rate;
        return _now;
    }
}
