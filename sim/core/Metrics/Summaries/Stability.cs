using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Did the deployment keep up with the arrivals?</summary>
public enum StabilityVerdict
{
    /// <summary>Work in flight did not grow over the second half of the arrivals.</summary>
    Stable,

    /// <summary>Between 1 % and 10 % of the second half's arrivals only made work pile up.</summary>
    Backlogged,

    /// <summary>More than 10 % did: latencies measure the length of the trace, not the deployment.</summary>
    Overloaded,
}

/// <summary>Judges from the work in flight between the middle and the last arrival.</summary>
/// <remarks>
/// The estimator is that of capacities (<see cref="InFlightTrend"/>). Where that time is shorter than <see cref="Lives"/> times what a
/// request of the mean output may take and meet its objectives, work in flight also grows while the batch of a deployment that keeps up
/// fills for the first time: there only growth of the queue counts, requests that arrived and were never scheduled nor rejected.
/// </remarks>
public static class Stability
{
    /// <summary>Lives of a request after which a batch has filled: those for which a capacity's replay is believed.</summary>
    public const double Lives = 10;

    public static StabilityVerdict Judge(ReadOnlySpan<RequestRecord> records, in SloTargets slo)
    {
        if (records.Length < 2)
            return StabilityVerdict.Stable;
        int middle = records.Length / 2, arrivals = records.Length - middle;
        (long fromPs, long toPs) = Arrivals(records, middle - 1);
        return new SimTime(toPs - fromPs).Seconds >= Lives * LifeS(records, slo)
            ? InFlightTrend.Of(records, fromPs, toPs, arrivals).Verdict
            : OfQueue(Waiting(records, toPs) - Waiting(records, fromPs), arrivals);
    }

    private static double LifeS(ReadOnlySpan<RequestRecord> records, in SloTargets slo)
    {
        long tokens = 0;
        foreach (ref readonly RequestRecord r in records)
            tokens += r.OutputTokens;
        return new SimTime(slo.TtftPs).Seconds + (new SimTime(slo.TpotPs).Seconds * tokens / records.Length);
    }

    private static StabilityVerdict OfQueue(long growth, long arrivals)
    {
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
