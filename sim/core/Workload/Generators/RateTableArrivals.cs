using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Inhomogeneous Poisson: <c>rate * multiplier[step]</c>, the table repeating, optionally times a correlated lognormal per step.</summary>
/// <param name="RatePerS">Rate at multiplier 1.</param>
/// <param name="StepS">Length of a step [s]: 3600 for tables of hours.</param>
/// <param name="Multipliers">One a step; the table starts at time 0 and repeats.</param>
/// <param name="SdLog">Standard deviation of the log of a further factor a step, mean 1; 0 for none.</param>
/// <param name="Phi">Correlation of that factor's log between neighbouring steps.</param>
/// <param name="IdleShare">Share of steps without any request, drawn independently.</param>
public sealed record RateTableArrivals(
    double RatePerS, double StepS, double[] Multipliers, double SdLog = 0, double Phi = 0, double IdleShare = 0) : ArrivalSpec
{
    public override double NominalRatePerS => RatePerS * Multipliers.Average() * (1 - IdleShare);

    internal override double[] Sample(int count, RandomStream random)
    {
        RateTableClock clock = new(this, random, new BinBudget(count, "step_s"));
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
            times[i] = clock.Next();
        return times;
    }

    internal override void Check(string where)
    {
        Need(Multipliers.Length > 0 && Multipliers.All(m => m is >= 0 and <= HighestRate),
            $"{where}: multipliers must not be negative, at least one");
        Within(StepS, ShortestS, LongestS, $"{where}.step_s");
        Within(SdLog, 0, LognormalMixture.LargestLog, $"{where}.sd_log");
        Need(Phi is >= 0 and < 1 && IdleShare is >= 0 and < 1, $"{where}: phi and idle_share must be in [0, 1)");
        base.Check(where);
    }

    /// <summary>The further factor of a step whose log is drawn.</summary>
    internal double Factor(double x, RandomStream random)
    {
        if (IdleShare > 0 && random.NextDouble() < IdleShare)
            return 0;
        return SdLog > 0 ? DeterministicMath.Exp(x - SdLog * SdLog / 2) : 1;
    }
}

