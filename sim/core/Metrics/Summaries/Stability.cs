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
        long growth = Waiting(records, records[^1].ArrivalPs) - Waiting(records, records[middle - 1].ArrivalPs);
        long arrivals = records.Length - middle;
        if (growth * 10 > arrivals)
            return StabilityVerdict.Overloaded;
        return growth * 100 > arrivals && growth > 1 ? StabilityVerdict.Backlogged : StabilityVerdict.Stable;
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
