using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Counts and sums over the records of a run.</summary>
internal struct Totals
{
    /// <summary>Requests that arrived.</summary>
    public int Arrived;
    public int Completed;
    public int Rejected;
    public int Clipped;

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

    private long _firstPs;
    private long _lastPs;
    private long _lastArrivalPs;

    /// <summary>From the first arrival to the last one.</summary>
    public readonly long ArrivalsPs => Arrived > 0 ? _lastArrivalPs - _firstPs : 0;

    /// <summary>Of no request.</summary>
    public static Totals None { get; } = new() { _firstPs = long.MaxValue, _lastPs = long.MinValue };

    /// <summary>First arrival to last finish of a completed request.</summary>
    public readonly long WindowPs => Completed > 0 ? _lastPs - _firstPs : 0;

    public static Totals Of(ReadOnlySpan<RequestRecord> records, in SloTargets slo)
    {
        Totals t = None;
        foreach (ref readonly RequestRecord r in records)
            t.Add(r, slo);
        return t;
    }

    public void Add(in RequestRecord r, in SloTargets slo)
    {
        if (r.ArrivalPs >= 0)
        {
            _firstPs = Math.Min(_firstPs, r.ArrivalPs);
            _lastArrivalPs = Math.Max(_lastArrivalPs, r.ArrivalPs);
            Arrived++;
        }
        EmittedTokens += r.EmittedTokens;
        if (r.Clipped)
            Clipped++;
        if (r.FirstTokenPs >= 0)
        {
            PrefilledTokens += r.InputTokens;
            PromptPairs += (long)r.InputTokens * (r.InputTokens + 1L) / 2;
        }
        if (r.Status == RequestStatus.Rejected)
            Rejected++;
        if (r.Status != RequestStatus.Finished)
            return;
        _lastPs = Math.Max(_lastPs, r.FinishPs);
        Completed++;
        PromptTokens += r.InputTokens;
        MeetTtft += slo.MeetsTtft(r) ? 1 : 0;
        MeetTpot += slo.MeetsTpot(r) ? 1 : 0;
        MeetAll += slo.Meets(r) ? 1 : 0;
    }

    public void Add(in Totals other)
    {
        _firstPs = Math.Min(_firstPs, other._firstPs);
        _lastPs = Math.Max(_lastPs, other._lastPs);
        _lastArrivalPs = Math.Max(_lastArrivalPs, other._lastArrivalPs);
        Arrived += other.Arrived;
        Completed += other.Completed;
        Rejected += other.Rejected;
        Clipped += other.Clipped;
        EmittedTokens += other.EmittedTokens;
        PromptTokens += other.PromptTokens;
        PrefilledTokens += other.PrefilledTokens;
        PromptPairs += other.PromptPairs;
        MeetTtft += other.MeetTtft;
        MeetTpot += other.MeetTpot;
        MeetAll += other.MeetAll;
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
