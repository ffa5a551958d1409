using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Weighted lognormals with natural-log parameters: <c>exp(mu_i + sigma_i Z)</c>, component i with weight w_i.</summary>
public sealed record LognormalMixture(double[] Weights, double[] Mu, double[] Sigma)
{
    /// <summary>Natural logs beyond this are no number that can be counted or waited for.</summary>
    internal const double LargestLog = 100;

    public double Sample(RandomStream random)
    {
        int i = Weights.Length == 1 ? 0 : Distributions.Choice(random, Weights);
        return Distributions.Lognormal(random, Mu[i], Sigma[i]);
    }

    /// <summary>Mean without clipping: sum of w exp(mu + sigma^2 / 2), weights normalised.</summary>
    public double Mean()
    {
        double mean = 0, total = 0;
        for (int i = 0; i < Weights.Length; i++)
        {
            mean += Weights[i] * DeterministicMath.Exp(Mu[i] + Sigma[i] * Sigma[i] / 2);
            total += Weights[i];
        }
        return mean / total;
    }

    internal void Check(string where)
    {
        if (Weights.Length == 0 || Mu.Length != Weights.Length || Sigma.Length != Weights.Length)
            throw new InputException($"{where}: weights, mu and sigma must be of one length, at least 1");
        if (Mu.Any(m => !(Math.Abs(m) <= LargestLog)) || Sigma.Any(s => s > LargestLog))
            throw new InputException($"{where}: mu must be from -{LargestLog} to {LargestLog}, sigma at most {LargestLog}");
        if (Weights.Any(w => !(w >= 0)) || !(Weights.Sum() > 0) || Sigma.Any(s => !(s >= 0)))
            throw new InputException($"{where}: weights and sigma must not be negative, and one weight must be above 0");
    }
}
