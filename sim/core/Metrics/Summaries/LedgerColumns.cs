using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Where requests' time went, a total and a mean share for each term of the ledger.</summary>
internal static class LedgerColumns
{
    private static readonly Better Share = Better.Neither("a share also grows when another term shrinks; the total says which");

    public static IReadOnlyList<SummaryColumn> All { get; } = [.. Enumerable.Range(0, LedgerTerms.All.Count).SelectMany(Of)];

    private static IEnumerable<SummaryColumn> Of(int term)
    {
        (string name, string doc) = LedgerTerms.All[term];
        yield return new($"{name}_total_s", "s", Better.Lower, $"total over requests of: {doc}",
            s => SummaryValue.Seconds(s.LedgerTotalsPs[term]));
        yield return new(
            $"{name}_mean_share", "1", Share, $"mean share of a request's end-to-end latency of: {doc}",
            s => SummaryValue.Real(s.LedgerMeanShares[term]));
    }
}
