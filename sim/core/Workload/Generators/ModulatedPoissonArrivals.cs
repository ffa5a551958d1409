using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Markov-modulated Poisson process: Poisson at a rate that jumps between states after exponential sojourns.</summary>
/// <param name="RatesPerS">Rate in each state.</param>
/// <param name="MeanSojournS">Mean time in each state [s]; the next state is any other one, all equally likely.</param>
public sealed record ModulatedPoissonArrivals(double[] RatesPerS, double[] MeanSojournS) : ArrivalSpec
{
    public override double NominalRatePerS
    {
        get
        {
            // With a uniform jump chain every state is entered equally often.
            double requests = 0, time = 0;
            for (int i = 0; i < RatesPerS.Length; i++)
            {
                requests += RatesPerS[i] * MeanSojournS[i];
                time += MeanSojournS[i];
            }
            return requests / time;
        }
    }

    internal override double[] Sample(int count, RandomStream random)
    {
        int state = Distributions.Choice(random, MeanSojournS);
        double left = Distributions.Exponential(random, MeanSojournS[state]);
        BinBudget sojourns = new(count, "mean_sojourn_s");
        return Accumulate(count, () =>
        {
            double gap = 0;
            while (true)
            {
                double next = RatesPerS[state] > 0 ? Distributions.Exponential(random, 1 / RatesPerS[state]) : double.PositiveInfinity;
                if (next < left)
                {
                    left -= next;
                    return gap + next;
                }
                sojourns.Spend();
                gap += left;
                int step = RatesPerS.Length > 1 ? 1 + (int)random.NextBelow((ulong)(RatesPerS.Length - 1)) : 0;
                state = (state + step) % RatesPerS.Length;
                left = Distributions.Exponential(random, MeanSojournS[state]);
            }
        });
    }

    internal override void Check(string where)
    {
        Need(RatesPerS.Length > 0 && RatesPerS.Length == MeanSojournS.Length,
            $"{where}: rates_per_s and mean_sojourn_s must be of one length, at least 1");
        Need(RatesPerS.All(r => r is >= 0 and <= HighestRate) && MeanSojournS.All(s => s is >= ShortestS and <= LongestS),
            FormattableString.Invariant($"{where}: rates must not be negative, sojourns must be from {ShortestS} to {LongestS}"));
        base.Check(where);
    }
}
