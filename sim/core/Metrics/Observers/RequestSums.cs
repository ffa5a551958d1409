using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>What a summary needs of requests whose records are not kept: counts, sums, histograms; each request once, when it
/// ends.</summary>
/// <remarks>Everything is whole numbers, so neither the order of ends nor how the sums were divided over replicas shows.</remarks>
public sealed class RequestSums(SloTargets slo)
{
    /// <summary>A share of a latency is counted in parts of this.</summary>
    private const double ShareParts = 1L << 40;

    private readonly Int128[] _ledger = new Int128[LedgerTerms.All.Count];
    private readonly Int128[] _shares = new Int128[LedgerTerms.All.Count];
    private long _withLatency;
    private Totals _totals = Totals.None;

    public SloTargets Slo => slo;

    /// <summary>Requests that have ended.</summary>
    public int Count { get; private set; }

    public LogHistogram Ttft { get; } = new();

    public LogHistogram Tpot { get; } = new();

    public LogHistogram EndToEnd { get; } = new();

    public LogHistogram Normalized { get; } = new();

    public HourSums Hours { get; } = new();

    internal Totals Totals => _totals;

    internal LedgerStats Ledger => new(
        _ledger, Array.ConvertAll(_shares, sum => _withLatency == 0 ? (double?)null : (double)sum / ShareParts / _withLatency));

    public void Add(in RequestRecord record)
    {
        Count++;
        _totals.Add(record, slo);
        Hours.Add(record, slo.Meets(record));
        Add(Ttft, RequestLatency.Ttft(record));
        Add(Tpot, RequestLatency.Tpot(record));
        Add(EndToEnd, RequestLatency.EndToEnd(record));
        Add(Normalized, RequestLatency.Normalized(record));
        double whole = record.Ledger.Total;
        if (whole > 0)
            _withLatency++;
        for (int i = 0; i < _ledger.Length; i++)
        {
            long value = record.Ledger[i];
            if (value == 0)
                continue;
            _ledger[i] += value;
            if (whole > 0)
                _shares[i] += (long)(value / whole * ShareParts);
        }
    }

    public void Add(RequestSums other)
    {
        Count += other.Count;
        _totals.Add(other._totals);
        Hours.Add(other.Hours);
        Ttft.Add(other.Ttft);
        Tpot.Add(other.Tpot);
        EndToEnd.Add(other.EndToEnd);
        Normalized.Add(other.Normalized);
        _withLatency += other._withLatency;
        for (int i = 0; i < _ledger.Length; i++)
        {
            _ledger[i] += other._ledger[i];
            _shares[i] += other._shares[i];
        }
    }

    private static void Add(LogHistogram histogram, long? value)
    {
        if (value is long one)
            histogram.Add(one, 1);
    }
}

/// <summary>What happened to the requests that arrived in each hour.</summary>
public sealed class HourSums
{
    private const long HourPs = 3600 * SimTime.PsPerSecond, MinutePs = 60 * SimTime.PsPerSecond;

    private readonly List<HourOfRun> _hours = [];

    /// <summary>Arrived less ended in each minute.</summary>
    private readonly List<int> _growth = [];

    public IReadOnlyList<HourOfRun> All => _hours;

    internal void Add(in RequestRecord record, bool met)
    {
        HourOfRun hour = At(_hours, record.ArrivalPs / HourPs);
        _hours[(int)(record.ArrivalPs / HourPs)] = hour with
        {
            Requests = hour.Requests + 1,
            Completed = hour.Completed + (record.Status == RequestStatus.Finished ? 1 : 0),
            Met = hour.Met + (met ? 1 : 0),
            InputTokens = hour.InputTokens + record.InputTokens,
            OutputTokens = hour.OutputTokens + record.EmittedTokens,
        };
        At(_growth, record.FinishPs / MinutePs);
        At(_growth, record.ArrivalPs / MinutePs);
        _growth[(int)(record.ArrivalPs / MinutePs)]++;
        _growth[(int)(record.FinishPs / MinutePs)]--;
    }

    internal void Add(HourSums other)
    {
        for (int i = 0; i < other._hours.Count; i++)
        {
            HourOfRun a = At(_hours, i), b = other._hours[i];
            _hours[i] = new HourOfRun(
                a.Requests + b.Requests, a.Completed + b.Completed, a.Met + b.Met, a.InputTokens + b.InputTokens,
                a.OutputTokens + b.OutputTokens);
        }
        for (int i = 0; i < other._growth.Count; i++)
        {
            At(_growth, i);
            _growth[i] += other._growth[i];
        }
    }

    /// <summary>By how much work in flight grew in the second half of the minutes with arrivals, requests.</summary>
    internal long GrowthOfSecondHalf
    {
        get
        {
            int minutes = _hours.Count * 60;
            while (minutes > 0 && (minutes > _growth.Count || _growth[minutes - 1] <= 0))
                minutes--;
            return _growth.Take(minutes).Skip(minutes / 2).Sum(g => (long)g);
        }
    }

    private static T At<T>(List<T> list, long index)
        where T : struct
    {
        while (list.Count <= index)
            list.Add(default);
        return list[(int)index];
    }
}

/// <summary>Requests that arrived in an hour of the run.</summary>
/// <param name="Met">Every objective asked for.</param>
/// <param name="OutputTokens">Emitted.</param>
public readonly record struct HourOfRun(long Requests, long Completed, long Met, long InputTokens, long OutputTokens);
