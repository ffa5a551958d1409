using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Timing;

/// <summary>Many decode steps of one batch, one by one and by the pieces that a time model answers with.</summary>
internal static class DecodeSums
{
    public static long StepPs(DecodeCost cost, long context, long longest) =>
        cost.FixedPs + cost.PerContextTokenPs * context + cost.PerLongestTokenPs * longest;

    public static long OfSteps(ITimeModel time, int b, long context, long longest, int steps)
    {
        long sum = 0;
        for (int j = 0; j < steps; j++)
        {
            long s = context + (long)j * b;
            long m = longest + j;
            sum += StepPs(time.Decode(new DecodeBatch(b, s, m)), s, m);
        }
        return sum;
    }

    public static long OfPieces(ITimeModel time, int b, long context, long longest, int steps)
    {
        long sum = 0;
        long done = 0;
        while (done < steps)
        {
            long s = context + done * b;
            long m = longest + done;
            DecodeCost cost = time.Decode(new DecodeBatch(b, s, m));
            long k = Math.Min(cost.ValidSteps, steps - done);
            sum += k * StepPs(cost, s, m) + (cost.PerContextTokenPs * b + cost.PerLongestTokenPs) * (k * (k - 1) / 2);
            done += k;
        }
        return sum;
    }
}
