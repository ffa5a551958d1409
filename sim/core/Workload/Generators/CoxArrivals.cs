using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Poisson whose rate is <c>rate * exp(x_k - sd^2/2)</c> in bin k, x an AR(1) process of standard deviation sd.</summary>
/// <param name="RatePerS">Mean rate.</param>
/// <param name="BinS">Length of a bin [s].</param>
/// <param name="SdLog">Stationary standard deviation of the log rate.</param>
/// <param name="Phi">Correlation of neighbouring bins, in [0, 1).</param>
public sealed record CoxArrivals(double RatePerS, double BinS, double SdLog, double Phi) : ArrivalSpec
{
    public override double NominalRatePerS => RatePerS;

    internal override double[] Sample(int count, RandomStream random)
    {
        double x = SdLog * Distributions.Normal(random);
        double noise = SdLog * Math.Sqrt(1 - Phi * Phi);
        double left = BinS;
        BinBudget bins = new(count, "bin_s");
        return Accumulate(count, () =>
        {
            // Unit-rate exponential work, spent at the rate of each bin.
            double work = Distributions.Exponential(random, 1), gap = 0;
            while (true)
            {
                double rate = RatePerS * DeterministicMath.Exp(x - SdLog * SdLog / 2);
                if (work < rate * left)
                {
                    left -= work / rate;
                    return gap + work / rate;
                }
                bins.Spend();
                work -= rate * left;
                gap += left;
                left = BinS;
                x = Phi * x + noise * Distributions.Normal(random);
            }
        });
    }

    internal override void Check(string where)
    {
        base.Check(where);
        Within(BinS, ShortestS, LongestS, $"{where}.bin_s");
        Within(SdLog, 0, LognormalMixture.LargestLog, $"{where}.sd_log");
        Need(Phi is >= 0 and < 1, FormattableString.Invariant($"{where}.phi: expected a number in [0, 1), found {Phi}"));
    }
}
