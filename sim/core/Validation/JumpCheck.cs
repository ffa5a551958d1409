using ELLM.Sim.Serving;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Validation;

/// <summary>Adds up decode steps one by one and in jumps, over batches and contexts.</summary>
public static class JumpCheck
{
    private const int Span = 700;

    /// <summary>Steps taken, and spans whose jumped duration differs from the sum of their steps.</summary>
    public static (long Steps, long Differing) Count(ITimeModel time, int largestBatch)
    {
        long steps = 0;
        long differing = 0;
        for (int b = 1; b <= largestBatch; b = b < 8 ? b + 1 : b * 3 / 2)
        {
            foreach (long mean in (ReadOnlySpan<long>)[3, 100, 900, 7000, 30_000])
            {
                DecodeBatch start = new(b, mean * b, mean + b);
                steps += Span;
                if (Stepped(time, start) != Jumped(time, start))
                    differing++;
            }
        }
        return (steps, differing);
    }

    private static long Stepped(ITimeModel time, DecodeBatch at)
    {
        long sum = 0;
        for (int i = 0; i < Span; i++)
        {
            sum += time.Decode(at).Steps(at).FirstPs;
            at = Grown(at, 1);
        }
        return sum;
    }

    private static long Jumped(ITimeModel time, DecodeBatch at)
    {
        RunningSpan span = new();
        long now = 0;
        for (long left = Span; left > 0;)
        {
            DecodeCost cost = time.Decode(at);
            long steps = Math.Min(left, cost.ValidSteps);
            span.StartDecode(now, default, cost.Steps(at), steps);
            now = span.EndPs;
            span.Finish();
            at = Grown(at, steps);
            left -= steps;
        }
        return now;
    }

    private static DecodeBatch Grown(in DecodeBatch at, long steps) =>
        new(at.Sequences, at.ContextTokens + steps * at.Sequences, at.LongestContext + steps);
}
