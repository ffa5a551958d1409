namespace ELLM.Sim.Experiments.Bounds;

/// <summary>Some work that has to be done between two instants.</summary>
internal readonly record struct DueWork(long ReleasedPs, long DuePs, double WorkPs);

/// <summary>Most pieces of work that processors can have done by their deadlines; no schedule does more.</summary>
/// <remarks>
/// <para>Relaxed: work may be cut anywhere and spread over all processors, so they are one that is so many times as fast. Of the work
/// that is released from an instant s on, all may begin at s. Then the most is known (Moore and Hodgson, 1968): take pieces in order of
/// deadline, and whenever those taken do not fit before the deadline at hand, drop the largest. Groups of consecutive arrivals may each
/// have the processors for themselves, so what they leave undone adds up.</para>
/// <para>Groups begin where all work so far could be done: at arrivals that find a queue empty which serves everything in order of
/// arrival. All as one group is a bound too, and the better one is taken.</para>
/// </remarks>
internal static class MostOnTime
{
    /// <summary>Sums of rounded numbers are forgiven so much of their value.</summary>
    private const double Forgiven = 1e-9;

    /// <param name="work">In order of release.</param>
    public static int Count(ReadOnlySpan<DueWork> work, int processors)
    {
        if (work.Length == 0)
            return 0;
        int sum = 0, begin = 0;
        double queuePs = 0;
        for (int i = 0; i < work.Length; i++)
        {
            if (i > 0)
                queuePs -= (double)processors * (work[i].ReleasedPs - work[i - 1].ReleasedPs);
            if (queuePs <= 0)
            {
                sum += OfGroup(work[begin..i], processors);
                (begin, queuePs) = (i, 0);
            }
            queuePs += work[i].WorkPs;
        }
        sum += OfGroup(work[begin..], processors);
        return begin == 0 ? sum : Math.Min(sum, OfGroup(work, processors));
    }

    private static int OfGroup(ReadOnlySpan<DueWork> work, int processors)
    {
        if (work.Length == 0)
            return 0;
        DueWork[] byDeadline = work.ToArray();
        Array.Sort(byDeadline, (a, b) => a.DuePs.CompareTo(b.DuePs));
        long start = work[0].ReleasedPs;
        PriorityQueue<double, double> taken = new(work.Length);
        double sum = 0;
        foreach (DueWork one in byDeadline)
        {
            taken.Enqueue(one.WorkPs, -one.WorkPs);
            sum += one.WorkPs;
            if (sum * (1 - Forgiven) > processors * ((double)one.DuePs - start))
                sum -= taken.Dequeue();
        }
        return taken.Count;
    }
}
