using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload;

/// <summary>Other traces that one recording speaks for: blocks of consecutive requests, drawn with replacement.</summary>
/// <remarks>
/// <para>The circular block bootstrap (Politis and Romano, 1992): a block starts at a uniformly drawn request, runs over the end into
/// the beginning, and keeps each request's gap to the one before it, its lengths and all else that is known of it. Bursts and runs of long prompts that
/// are shorter than a block survive; the order of blocks does not, so a slow drift over the recording becomes a mixture.</para>
/// <para>Where no length is given a block has the square root of the trace's requests: the middle of the range for which the method
/// is known to work, long enough for bursts and short enough for many different draws.</para>
/// </remarks>
public static class BlockBootstrap
{
    public static Trace Resample(Trace trace, ulong seed) =>
        Resample(trace, trace.Count, Math.Max(1, (int)Math.Sqrt(trace.Count)), seed);

    /// <param name="count">Requests to draw.</param>
    /// <param name="block">Consecutive requests that stay together.</param>
    public static Trace Resample(Trace trace, int count, int block, ulong seed)
    {
        RandomStream random = RandomStream.Named(seed, "blocks");
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i % block == 0 ? (int)random.NextBelow((ulong)trace.Count) : (order[i - 1] + 1) % trace.Count;
        long[] at = new long[count];
        Int128 now = 0;
        for (int i = 1; i < count; i++)
        {
            now += Gap(trace, order[i]);
            if (now > long.MaxValue)
                throw new InputException($"{trace.Name}: drawn again, the last request is beyond the simulator's clock of 106 days");
            at[i] = (long)now;
        }
        return Pick(trace, order, at, FormattableString.Invariant($"blocks {seed}"));
    }

    /// <summary>Requests in another order, repeated or left out.</summary>
    /// <param name="order">Request of the trace for each of the new one.</param>
    /// <param name="arrivalPs">Their arrivals, ascending.</param>
    /// <param name="what">What was done to the trace: it enters the content hash.</param>
    internal static Trace Pick(Trace trace, int[] order, long[] arrivalPs, string what)
    {
        byte[] origin = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{trace.ContentHash}\n{what}"));
        return trace.Pick(order, arrivalPs, Convert.ToHexStringLower(SHA256.HashData(origin)));
    }

    /// <summary>To the request before, picoseconds; the first of the trace has none and gets the mean.</summary>
    internal static long Gap(Trace trace, int i) =>
        i > 0 ? trace.ArrivalPs[i] - trace.ArrivalPs[i - 1] : (trace.ArrivalPs[^1] - trace.ArrivalPs[0]) / Math.Max(1, trace.Count - 1);
}
