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
        double x = SdLog * Distributions.Normal(random);
        double factor = Factor(x, random);
        long step = 0;
        BinBudget bins = new(count, "step_s");
        double now = 0;
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            double work = Distributions.Exponential(random, 1);
            while (true)
            {
                double rate = RatePerS * factor * Multipliers[step % Multipliers.Length];
                double left = (step + 1) * StepS - now;
                if (work < rate * left)
                    break;
                bins.Spend();
                work -= rate * left;
                now = ++step * StepS;
                x = Phi * x + SdLog * Math.Sqrt(1 - Phi * Phi) * Distributions.Normal(random);
                factor = Factor(x, random);
            }
            now += work / (RatePerS * factor * Multipliers[step % Multipliers.Length]);
            times[i] = now;
        }
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

    private double Factor(double x, RandomStream random)
    {
        if (IdleShare > 0 && random.NextDouble() < IdleShare)
            return 0;
        return SdLog > 0 ? DeterministicMath.Exp(x - SdLog * SdLog / 2) : 1;
    }
}

