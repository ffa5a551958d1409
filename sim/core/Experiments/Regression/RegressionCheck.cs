using System.Globalization;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Experiments.Regression;

/// <summary>A metric whose value is not that of the baseline.</summary>
/// <param name="Fails">Beyond its tolerance, and in a direction that counts.</param>
public sealed record Move(string Metric, string? Before, string? Now, Better Better, bool Fails)
{
    /// <summary>Change over the baseline; null for words, and from zero.</summary>
    public double? Relative => Number(Before) is double before && Number(Now) is double now && before != 0 ? (now - before) / Math.Abs(before) : null;

    public string Verdict => Better.IsWorse(Before, Now) switch { true => "worse", false => "better", null => "moved" };

    internal static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
}

/// <summary>One point held against the baseline.</summary>
/// <param name="Moves">Largest relative change first.</param>
/// <param name="Why">Which parts of the requests' time moved, in words; null when nothing did.</param>
/// <param name="Fault">A point that is gone, new, or does not run any more.</param>
public sealed record PointCheck(string Point, IReadOnlyList<Move> Moves, string? Why, string? Fault = null)
{
    public bool Fails => Fault is not null || Moves.Any(m => m.Fails);
}

/// <summary>Compares results with a baseline, metric by metric.</summary>
public static class RegressionCheck
{
    private const string LedgerTotal = "_total_s";

    private static readonly Dictionary<string, Better> Directions = SummaryColumns.All.ToDictionary(c => c.Name, c => c.Better);

    private static readonly Better Unknown = Better.Neither("no metric of this version");

    /// <exception cref="InputException">The baseline is of another version, experiment or profile: nothing can be said about policies.</exception>
    public static IReadOnlyList<PointCheck> Compare(Baseline before, Baseline now, string path, IReadOnlyDictionary<string, Tolerance> tolerances)
    {
        Same(path, "version", before.Version, now.Version);
        Same(path, "experiment", $"{before.Experiment} ({Short(before)})", $"{now.Experiment} ({Short(now)})");
        // Points that are new or gone bring or take their profiles; what both have in common must agree on where times come from.
        string? other = before.Profiles.FirstOrDefault(p => !now.Profiles.Contains(p)), own = now.Profiles.FirstOrDefault(p => !before.Profiles.Contains(p));
        if (other is not null && own is not null)
            Same(path, "profile", other, own);
        Dictionary<string, BaselinePoint> known = before.Points.ToDictionary(p => p.Point);
        List<PointCheck> checks = [.. now.Points.Select(p => known.Remove(p.Point, out BaselinePoint? old)
            ? ComparePoint(old, p, tolerances)
            : new PointCheck(p.Point, [], null, "is not in the baseline: --update adds it"))];
        checks.AddRange(before.Points.Where(p => known.ContainsKey(p.Point)).Select(p => new PointCheck(p.Point, [], null, "is in the baseline and was not run")));
        return checks;
    }

    private static string Short(Baseline baseline) => ShownText.Of(baseline.ExperimentSha256, 12);

    private static void Same(string path, string what, string before, string now)
    {
        if (before != now)
            throw new InputException($"{path}: baseline of another {what}: {before}, this run has {now}; --update writes it anew");
    }

    private static PointCheck ComparePoint(BaselinePoint before, BaselinePoint now, IReadOnlyDictionary<string, Tolerance> tolerances)
    {
        if (before.NotStarted != now.NotStarted)
        {
            string fault = now.NotStarted is not null ? $"did not run: {now.NotStarted}" : $"runs now; in the baseline it did not: {before.NotStarted}";
            return new PointCheck(now.Point, [], null, fault);
        }
        List<Move> moves = [];
        foreach (string metric in before.Metrics.Keys.Union(now.Metrics.Keys))
        {
            string? old = before.Metrics.GetValueOrDefault(metric), value = now.Metrics.GetValueOrDefault(metric);
            if (old == value)
                continue;
            Better better = Directions.GetValueOrDefault(metric) ?? Unknown;
            Tolerance? own = tolerances.GetValueOrDefault(metric);
            Tolerance tolerance = own ?? tolerances.GetValueOrDefault("*") ?? Tolerance.Exact;
            bool within = Move.Number(old) is double a && Move.Number(value) is double b && tolerance.Allows(a, b);
            // Of a metric that knows no worse, only a bound for every metric may let moves pass: one of its own holds both ways.
            bool passes = tolerance.WorseOnly && (better.WhyNot is null ? better.IsWorse(old, value) == false : own is null);
            moves.Add(new Move(metric, old, value, better, Fails: !within && !passes));
        }
        moves.Sort((a, b) => (b.Fails, Math.Abs(b.Relative ?? double.MaxValue)).CompareTo((a.Fails, Math.Abs(a.Relative ?? double.MaxValue))));
        return new PointCheck(now.Point, moves, moves.Count == 0 ? null : Why(before, now));
    }

    /// <summary>The requests' time before and now, and the ledger terms that make the difference, largest first.</summary>
    private static string Why(BaselinePoint before, BaselinePoint now)
    {
        (string Term, double Delta)[] terms =
        [
            .. LedgerTerms.All.Select(t => t.Name)
                .Select(name => (name, Total(now, name) - Total(before, name)))
                .Where(t => t.Item2 != 0)
                .OrderByDescending(t => Math.Abs(t.Item2)),
        ];
        double whole = LedgerTerms.All.Sum(t => Total(before, t.Name)), change = terms.Sum(t => t.Delta);
        if (terms.Length == 0)
            return "no request's time moved";
        string parts = string.Join(", ", terms.Take(4).Select(t => FormattableString.Invariant($"{t.Term} {t.Delta:+0.###;-0.###} s")));
        string more = terms.Length > 4 ? ", ..." : "";
        string share = whole > 0 ? FormattableString.Invariant($" ({change / whole:+0.00%;-0.00%;0.00%})") : "";
        return FormattableString.Invariant($"time of all requests together {change:+0.###;-0.###;+0} s{share}: ") + parts + more;
    }

    private static double Total(BaselinePoint point, string term) => Move.Number(point.Metrics.GetValueOrDefault(term + LedgerTotal)) ?? 0;
}
