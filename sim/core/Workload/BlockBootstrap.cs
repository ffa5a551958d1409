using System.Security.Cryptography;
using System.Text;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload;

/// <summary>Other traces that one recording speaks for: blocks of consecutive requests, drawn with replacement.</summary>
/// <remarks>
/// <para>The circular block bootstrap (Politis and Romano, 1992): a block starts at a uniformly drawn request, runs over the end into
/// the beginning, and keeps each request's gap to the one before it, its lengths and all else that is known of it. Bursts and runs of long prompts that
/// are shorter than a block survive; the order of blocks does not, so a slow drift over the recording becomes a mixture.</para>
/// <para>Where no length is given a block has the square root of the trace's requests: the middle of the range for which the method
/// is known to work, long enough for bursts and short enough for many different draws.</para>
/// <para>Where turns wait for one another, blocks are of consecutive sessions, and what is drawn are sessions as a whole.</para>
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
        if (trace.Find<SessionPlan>() is { } plan)
            return Resample(trace, new SessionStarts(trace.ArrivalPs, plan), count, block, random, seed);
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

    /// <summary>Blocks of consecutive sessions, each whole: as many as have so many requests.</summary>
    private static Trace Resample(Trace trace, SessionStarts sessions, int count, int block, RandomStream random, ulong seed)
    {
        int stay = Math.Max(1, (int)(block / sessions.MeanRequests));
        List<int> order = [];
        List<long> startPs = [];
        Int128 now = 0;
        for (int rows = 0; rows < count; rows += sessions.Requests[order[^1]])
        {
            order.Add(order.Count % stay == 0 ? (int)random.NextBelow((ulong)sessions.Count) : (order[^1] + 1) % sessions.Count);
            now += startPs.Count == 0 ? 0 : sessions.Gap(order[^1]);
            if (now > long.MaxValue)
                throw new InputException($"{trace.Name}: drawn again, the last session is beyond the simulator's clock of 106 days");
            startPs.Add((long)now);
        }
        (int[] requests, long[] arrivalPs) = sessions.At(order, startPs, trace.Name);
        return Pick(trace, requests, arrivalPs, FormattableString.Invariant($"blocks {seed}"));
    }

    /// <summary>Requests in another order, repeated or left out.</summary>
    /// <param name="order">Request of the trace for each of the new one.</param>
    /// <param name="arrivalPs">Their arrivals, ascending.</param>
    /// <param name="what">What was done to the trace: it enters the content hash.</param>
    internal static Trace Pick(Trace trace, int[] order, long[] arrivalPs, string what) =>
        trace.Pick(order, arrivalPs, HashOf(trace, what));

    /// <summary>Content hash of what was made of a trace.</summary>
    internal static string HashOf(Trace trace, string what) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{trace.ContentHash}\n{what}"))));

    /// <summary>To the request before, picoseconds; the first of the trace has none and gets the mean.</summary>
    internal static long Gap(Trace trace, int i) =>
        i > 0 ? trace.ArrivalPs[i] - trace.ArrivalPs[i - 1] : (trace.ArrivalPs[^1] - trace.ArrivalPs[0]) / Math.Max(1, trace.Count - 1);
}
