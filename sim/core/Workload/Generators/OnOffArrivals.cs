using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>ON/OFF semi-Markov process: bursts of requests with short gaps, then silence.</summary>
/// <param name="BurstSize">Requests of a burst, rounded, at least 1.</param>
/// <param name="BurstGapS">Gap between requests of a burst [s].</param>
/// <param name="BurstGapCapS">Gaps of a burst are cut to this [s].</param>
/// <param name="OffMinS">Shortest silence [s].</param>
/// <param name="OffExcessS">What a silence lasts beyond that [s].</param>
public sealed record OnOffArrivals(
    LognormalMixture BurstSize, LognormalMixture BurstGapS, double BurstGapCapS, double OffMinS, LognormalMixture OffExcessS) : ArrivalSpec
{
    /// <summary>Renewal-reward mean without the cap; the cap and the rounding move it a little.</summary>
    public override double NominalRatePerS =>
        BurstSize.Mean() / ((BurstSize.Mean() - 1) * Math.Min(BurstGapS.Mean(), BurstGapCapS) + OffMinS + OffExcessS.Mean());

    internal override double[] Sample(int count, RandomStream random)
    {
        double left = 0;
        return Accumulate(count, () =>
        {
            if (left >= 1)
            {
                left--;
                return Math.Min(BurstGapS.Sample(random), BurstGapCapS);
            }
            left = Math.Max(1, Math.Round(BurstSize.Sample(random))) - 1;
            return OffMinS + OffExcessS.Sample(random);
        });
    }

    internal override void Check(string where)
    {
        BurstSize.Check($"{where}.burst_size");
        BurstGapS.Check($"{where}.burst_gap_s");
        OffExcessS.Check($"{where}.off_excess_s");
        Within(BurstGapCapS, ShortestS, LongestS, $"{where}.burst_gap_cap_s");
        Within(OffMinS, 0, LongestS, $"{where}.off_min_s");
        base.Check(where);
    }
}
