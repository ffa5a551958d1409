using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Where an average request of a run spent its time, and in words why another run's average request took longer.</summary>
/// <remarks>Means are over all requests of the trace: those rejected count with the time until their rejection.</remarks>
/// <param name="Seconds">Mean seconds by term, in the order of <see cref="LedgerTerms"/>; they sum to the mean end-to-end time.</param>
/// <param name="Lost">Requests rejected or unfinished.</param>
public sealed record MeanLedger(string Policy, IReadOnlyList<double> Seconds, long Lost)
{
    /// <summary>Differences below this share of the longer time are none.</summary>
    private const double Level = 0.005;

    /// <summary>A term that works against the difference is named when it takes back this share of it.</summary>
    private const double Offset = 0.25;

    public double TotalS { get; } = Seconds.Sum();

    /// <summary>Index of the largest term; null when no time passed.</summary>
    public int? Largest => TotalS > 0 ? Enumerable.Range(0, Seconds.Count).MaxBy(t => Seconds[t]) : null;

    public double ShareOf(int term) => TotalS > 0 ? Seconds[term] / TotalS : 0;

    public static MeanLedger Of(Summary run) => new(
        run.Label.Policy,
        [.. run.LedgerTotalsPs.Select(ps => run.Requests == 0 ? 0 : (double)ps / run.Requests / Time.SimTime.PsPerSecond)],
        run.Rejected + run.Unfinished);

    /// <summary>The difference to another run, and the term that contributes most to it.</summary>
    public LedgerDifference Minus(MeanLedger other)
    {
        double[] terms = [.. Seconds.Zip(other.Seconds, (a, b) => a - b)];
        double total = TotalS - other.TotalS;
        int sign = total < 0 ? -1 : 1;
        int term = Enumerable.Range(0, terms.Length).MaxBy(t => sign * terms[t]);
        int against = Enumerable.Range(0, terms.Length).MinBy(t => sign * terms[t]);
        return new LedgerDifference(total, term, terms[term], against, terms[against]);
    }

    /// <summary>One sentence: which of the two took longer, by how much, and mostly in which term.</summary>
    public string Against(MeanLedger other)
    {
        LedgerDifference d = Minus(other);
        string lost = Lost == other.Lost ? "" : $"; {Policy} lost {Lost} requests, {other.Policy} {other.Lost}";
        if (Math.Abs(d.TotalS) <= Level * Math.Max(TotalS, other.TotalS))
            return $"{Policy} and {other.Policy} take the same time (mean end-to-end {ShortText.Duration(TotalS)}){lost}.";
        string offset = Math.Abs(d.OffsetS) >= Offset * Math.Abs(d.TotalS) && d.OffsetS * d.TotalS < 0
            ? $", against {Term(d.Offset, d.OffsetS)}"
            : "";
        return $"{Policy} is {ShortText.Duration(Math.Abs(d.TotalS))} {(d.TotalS < 0 ? "faster" : "slower")} than {other.Policy}"
            + $" (mean end-to-end {ShortText.Duration(TotalS)} and {ShortText.Duration(other.TotalS)}): "
            + $"{Term(d.Term, d.TermS)}{offset}{lost}.";
    }

    private static string Term(int term, double seconds) =>
        $"{LedgerTerms.All[term].Name} {(seconds < 0 ? "-" : "+")}{ShortText.Duration(Math.Abs(seconds))}";
}

/// <summary>Mean seconds that one run's requests took more than another's.</summary>
/// <param name="Term">The ledger term that contributes most to the difference.</param>
/// <param name="Offset">The term that takes most of it back, if <paramref name="OffsetS"/> has the other sign.</param>
public readonly record struct LedgerDifference(double TotalS, int Term, double TermS, int Offset, double OffsetS);
