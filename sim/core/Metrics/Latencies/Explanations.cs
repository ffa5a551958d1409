namespace ELLM.Sim.Metrics.Latencies;

/// <summary>A run as far as explanations need it.</summary>
/// <param name="Bound">An oracle: explained, but nothing to measure systems by.</param>
public sealed record ExplainedRun(MeanLedger Ledger, bool Bound);

/// <summary>Sentences on why runs differ; tables, files and the report all take theirs from here.</summary>
public static class Explanations
{
    /// <summary>Every other run against the best: of those that are no bound and lost the fewest requests, the fastest.</summary>
    public static IReadOnlyList<string> AgainstBest(IReadOnlyList<ExplainedRun> runs)
    {
        ExplainedRun? best = runs.OrderBy(r => r.Bound).ThenBy(r => r.Ledger.Lost).ThenBy(r => r.Ledger.TotalS).FirstOrDefault();
        return best is null ? [] : [.. runs.Where(r => !ReferenceEquals(r, best)).Select(r => r.Ledger.Against(best.Ledger))];
    }

    public static IEnumerable<string> EveryPair(IReadOnlyList<ExplainedRun> runs)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            for (int j = i + 1; j < runs.Count; j++)
                yield return runs[i].Ledger.Against(runs[j].Ledger);
        }
    }
}
