using ELLM.Sim.Numerics;
using ELLM.Sim.Time;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload;

/// <summary>A trace made as long as a steady state takes, out of its own blocks, at any rate.</summary>
/// <remarks>
/// <para>As many copies as it takes are cut into blocks, each at places of its own, and all blocks are shuffled: every request counts the
/// same, and blocks meet in ever new orders.</para>
/// <para>Requests before the measured ones fill the deployment, those after them keep it loaded until the measured ones are done.</para>
/// </remarks>
public sealed class ExtendedTrace
{
    private readonly Trace _lengths;

    /// <summary>Of requests, or of sessions where turns wait for one another; in mean gaps of the measured requests.</summary>
    private readonly double[] _arrivals;

    /// <summary>Where turns wait for one another: the sessions, and which of them start in what order.</summary>
    private readonly SessionStarts? _sessions;
    private readonly int[] _sessionOrder = [];

    /// <param name="trace">Has a rate.</param>
    /// <param name="block">Consecutive requests that stay together.</param>
    /// <param name="requests">Measured requests: rounded up to whole copies, or a part of one.</param>
    /// <param name="seed">Of the order of blocks.</param>
    public ExtendedTrace(Trace trace, int block, int requests, ulong seed)
    {
        int count = trace.Count;
        Requests = requests < count ? requests : (requests + count - 1) / count * count;
        Lead = Math.Max(Requests / 20, Math.Min(Requests / 5, 4000)) + 1;
        RandomStream random = RandomStream.Named(seed, "extension");
        string what = FormattableString.Invariant($"extended {block} {requests} {seed}");
        if (trace.Find<SessionPlan>() is { } plan)
        {
            _sessions = new SessionStarts(trace.ArrivalPs, plan);
            _lengths = trace.At(trace.ArrivalPs, BlockBootstrap.HashOf(trace, what));
            (_sessionOrder, _arrivals) = Sessions(_sessions, block, Lead + Requests + (Lead / 2) + 1, random);
            return;
        }
        int[] order =
        [
            .. Shuffled(count, block, Lead, random),
            .. Shuffled(count, block, Requests, random),
            .. Shuffled(count, block, (Lead / 2) + 1, random),
        ];
        _arrivals = new double[order.Length];
        for (int i = 1; i < order.Length; i++)
            _arrivals[i] = _arrivals[i - 1] + BlockBootstrap.Gap(trace, order[i]);
        double mean = (_arrivals[Lead + Requests] - _arrivals[Lead]) / Requests;
        for (int i = 0; i < order.Length; i++)
            _arrivals[i] /= mean;
        _lengths = BlockBootstrap.Pick(trace, order, new long[order.Length], what);
    }

    /// <summary>Index of the first measured request.</summary>
    public int Lead { get; }

    /// <summary>Measured requests.</summary>
    public int Requests { get; }

    /// <param name="ratePerS">Mean arrivals per second of the measured requests.</param>
    /// <exception cref="InputException">At this rate the last request is beyond the clock.</exception>
    public Trace At(double ratePerS)
    {
        double gapPs = SimTime.PsPerSecond / ratePerS;
        if (!(_arrivals[^1] * gapPs < long.MaxValue))
        {
            throw new InputException(FormattableString.Invariant(
                $"{_lengths.Name}: {_lengths.Count} requests at {ratePerS}/s are beyond the simulator's clock of 106 days"));
        }
        long[] arrivalPs = Array.ConvertAll(_arrivals, a => (long)Math.Round(a * gapPs));
        if (_sessions is null)
            return _lengths.At(arrivalPs);
        (int[] rows, long[] timesPs) = _sessions.At(_sessionOrder, arrivalPs, _lengths.Name);
        return _lengths.Pick(rows, timesPs, _lengths.ContentHash);
    }

    /// <summary>Blocks of whole sessions, shuffled: as many as have so many requests, and their starts in mean gaps of requests.</summary>
    private static (int[] Order, double[] Starts) Sessions(SessionStarts sessions, int block, int requests, RandomStream random)
    {
        int stay = Math.Max(1, (int)(block / sessions.MeanRequests));
        int[] order = [];
        for (double wanted = (1.1 * requests / sessions.MeanRequests) + 2; order.Sum(s => sessions.Requests[s]) < requests; wanted *= 1.5)
            order = Shuffled(sessions.Count, stay, (int)wanted, random);
        double[] starts = new double[order.Length];
        for (int i = 1; i < order.Length; i++)
            starts[i] = starts[i - 1] + sessions.Gap(order[i]);
        double span = starts[^1] * order.Length / Math.Max(1, order.Length - 1), own = order.Sum(s => sessions.Requests[s]);
        return (order, Array.ConvertAll(starts, s => span > 0 ? s / span * own : 0));
    }

    /// <summary>Blocks of as many copies as it takes, shuffled.</summary>
    private static int[] Shuffled(int count, int block, int requests, RandomStream random)
    {
        int blocks = (count + block - 1) / block, copies = (requests + count - 1) / count;
        (int From, int Length)[] pieces = new (int, int)[blocks * copies];
        for (int i = 0, offset = 0; i < pieces.Length; i++)
        {
            int start = i % blocks * block;
            offset = start == 0 ? (int)random.NextBelow((ulong)count) : offset;
            pieces[i] = ((offset + start) % count, Math.Min(block, count - start));
        }
        int[] order = new int[requests];
        int filled = 0;
        for (int left = pieces.Length; filled < requests; left--)
        {
            int picked = (int)random.NextBelow((ulong)left);
            (int from, int length) = pieces[picked];
            pieces[picked] = pieces[left - 1];
            for (int i = 0; i < length && filled < requests; i++)
                order[filled++] = (from + i) % count;
        }
        return order;
    }
}
