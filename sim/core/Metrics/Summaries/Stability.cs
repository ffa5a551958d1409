using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Did the deployment keep up with the arrivals?</summary>
public enum StabilityVerdict
{
    /// <summary>The queue did not grow over the second half of the arrivals.</summary>
    Stable,

    /// <summary>Between 1 % and 10 % of the second half's arrivals only made the queue longer.</summary>
    Backlogged,

    /// <summary>More than 10 % did: latencies measure the length of the trace, not the deployment.</summary>
    Overloaded,
}

/// <summary>Judges from how much the queue grew between the middle and the last arrival.</summary>
public static class Stability
{
    /// <remarks>Waiting at an instant: arrived, and not yet scheduled for the first time nor rejected.</remarks>
    public static StabilityVerdict Judge(ReadOnlySpan<RequestRecord> records)
    {
        if (records.Length < 2)
            return StabilityVerdict.Stable;
        int middle = records.Length / 2;
        (long halfPs, long lastPs) = Arrivals(records, middle - 1);
        long growth = Waiting(records, lastPs) - Waiting(records, halfPs);
        long arrivals = records.Length - middle;
        if (growth * 10 > arrivals)
            return StabilityVerdict.Overloaded;
        return growth * 100 > arrivals && growth > 1 ? StabilityVerdict.Backlogged : StabilityVerdict.Stable;
    }

    /// <summary>The arrival of that rank, and the last one; turns of sessions arrive in an order of their own.</summary>
    private static (long AtPs, long LastPs) Arrivals(ReadOnlySpan<RequestRecord> records, int rank)
    {
        int ordered = 1;
        while (ordered < records.Length && records[ordered].ArrivalPs >= records[ordered - 1].ArrivalPs)
            ordered++;
        if (ordered == records.Length)
            return (records[rank].ArrivalPs, records[^1].ArrivalPs);
        long[] arrivals = new long[records.Length];
        for (int i = 0; i < arrivals.Length; i++)
            arrivals[i] = records[i].ArrivalPs;
        Array.Sort(arrivals);
        return (arrivals[rank], arrivals[^1]);
    }

    private static int Waiting(ReadOnlySpan<RequestRecord> records, long atPs)
    {
        int waiting = 0;
        foreach (ref readonly RequestRecord r in records)
        {
            if (r.ArrivalPs > atPs)
                continue;
            bool served = r.FirstScheduledPs >= 0 && r.FirstScheduledPs <= atPs;
            bool gone = r.Status == RequestStatus.Rejected && r.FinishPs <= atPs;
            if (!served && !gone)
                waiting++;
        }
        return waiting;
    }
}
