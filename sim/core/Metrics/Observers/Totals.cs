using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Counts and sums over the records of a run.</summary>
internal struct Totals
{
    /// <summary>Requests that arrived, and from the first to the last of them.</summary>
    public int Arrived;
    public long ArrivalsPs;
    public int Completed;
    public int Rejected;
    public int Clipped;

    /// <summary>First arrival to last finish of a completed request.</summary>
    public long WindowPs;

    /// <summary>Output tokens of completed and unfinished requests.</summary>
    public long EmittedTokens;

    /// <summary>Prompt tokens of completed requests.</summary>
    public long PromptTokens;

    /// <summary>Prompt tokens of requests whose prompt was computed to its end.</summary>
    public long PrefilledTokens;

    /// <summary>Query-key pairs of those prompts under causal attention: sum of p(p+1)/2.</summary>
    public Int128 PromptPairs;

    public int MeetTtft;
    public int MeetTpot;

    /// <summary>Every objective asked for.</summary>
    public int MeetAll;

    public static Totals Of(ReadOnlySpan<RequestRecord> records, in SloTargets slo)
    {
        Totals t = default;
        long first = long.MaxValue;
        long last = long.MinValue;
        long lastArrival = 0;
        foreach (ref readonly RequestRecord r in records)
        {
            if (r.ArrivalPs >= 0)
            {
                first = Math.Min(first, r.ArrivalPs);
                lastArrival = Math.Max(lastArrival, r.ArrivalPs);
                t.Arrived++;
            }
            t.EmittedTokens += r.EmittedTokens;
            if (r.Clipped)
                t.Clipped++;
            if (r.FirstTokenPs >= 0)
            {
                t.PrefilledTokens += r.InputTokens;
                t.PromptPairs += (long)r.InputTokens * (r.InputTokens + 1L) / 2;
            }
            if (r.Status == RequestStatus.Rejected)
                t.Rejected++;
            if (r.Status != RequestStatus.Finished)
                continue;
            last = Math.Max(last, r.FinishPs);
            t.Completed++;
            t.PromptTokens += r.InputTokens;
            t.MeetTtft += slo.MeetsTtft(r) ? 1 : 0;
            t.MeetTpot += slo.MeetsTpot(r) ? 1 : 0;
            t.MeetAll += slo.Meets(r) ? 1 : 0;
        }
        t.ArrivalsPs = t.Arrived > 0 ? lastArrival - first : 0;
        t.WindowPs = t.Completed > 0 ? last - first : 0;
        return t;
    }
}

/// <summary>The time ledger over all requests: totals, and the mean share of each term.</summary>
internal sealed record LedgerStats(Int128[] TotalsPs, double?[] MeanShares)
{
    public static LedgerStats Of(ReadOnlySpan<RequestRecord> records)
    {
        int terms = LedgerTerms.All.Count;
        Int128[] totals = new Int128[terms];
        double[] shares = new double[terms];
        int counted = 0;
        foreach (ref readonly RequestRecord r in records)
        {
            double whole = r.Ledger.Total;
            if (whole > 0)
                counted++;
            for (int i = 0; i < terms; i++)
            {
                long value = r.Ledger[i];
                if (value == 0)
                    continue;
                totals[i] += value;
                if (whole > 0)
                    shares[i] += value / whole;
            }
        }
        return new LedgerStats(totals, Array.ConvertAll(shares, s => counted == 0 ? (double?)null : s / counted));
    }
}
