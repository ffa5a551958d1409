using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload;

/// <summary>Other traces that one recording speaks for: blocks of consecutive requests, drawn with replacement.</summary>
/// <remarks>
/// <para>The circular block bootstrap (Politis and Romano, 1992): a block starts at a uniformly drawn request, runs over the end into
/// the beginning, and keeps each request's gap to the one before it, its lengths and all else that is known of it. Bursts and runs of long prompts that
/// are shorter than a block survive; the order of blocks does not, so a slow drift over the recording becomes a mixture.</para>
/// <para>A block has the square root of the trace's requests: the middle of the range for which the method is known to work, long
/// enough for bursts and short enough for many different draws.</para>
/// </remarks>
public static class BlockBootstrap
{
    public static Trace Resample(Trace trace, ulong seed)
    {
        int count = trace.Count;
        int block = Math.Max(1, (int)Math.Sqrt(count));
        RandomStream random = RandomStream.Named(seed, "blocks");
        long[] at = new long[count];
        int[] rows = new int[count];
        Int128 now = 0;
        int from = 0;
        for (int i = 0; i < count; i++)
        {
            from = i % block == 0 ? (int)random.NextBelow((ulong)count) : (from + 1) % count;
            now += i == 0 ? 0 : Gap(trace, from);
            if (now > long.MaxValue)
                throw new InputException($"{trace.Name}: drawn again, the last request is beyond the simulator's clock of 106 days");
            at[i] = (long)now;
            rows[i] = from;
        }
        byte[] origin = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{trace.ContentHash}\nblocks {seed}"));
        return trace.Pick(rows, at, Convert.ToHexStringLower(SHA256.HashData(origin)));
    }

    /// <summary>To the request before; the first of the trace has none and gets the mean.</summary>
    private static long Gap(Trace trace, int i) =>
        i > 0 ? trace.ArrivalPs[i] - trace.ArrivalPs[i - 1] : (trace.ArrivalPs[^1] - trace.ArrivalPs[0]) / Math.Max(1, trace.Count - 1);
}
