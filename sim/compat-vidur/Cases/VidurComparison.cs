namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>One line of a comparison.</summary>
/// <param name="What">The quantity.</param>
/// <param name="Reference">Of times, at the request where they differ most; of counts, the total.</param>
/// <param name="Ours">The same of this simulator.</param>
/// <param name="Error">Of times, the largest absolute difference, s; of counts, the requests (or the iterations) that differ.</param>
/// <param name="Bound">Largest error that passes.</param>
public sealed record VidurComparisonRow(string What, double Reference, double Ours, double Error, double Bound)
{
    /// <summary>A request finished on one side only has an infinite error.</summary>
    public bool Pass => Error <= Bound;
}

/// <summary>A run in compatibility mode against the reference's results.</summary>
/// <param name="Rows">Finished requests, first-scheduled, first-token and finish time, restarts, iterations: what the case has of
/// them.</param>
/// <param name="MismatchingRequests">Requests with any time further off than the bound, or any other count.</param>
public sealed record VidurComparison(string Case, IReadOnlyList<VidurComparisonRow> Rows, int Requests, int MismatchingRequests)
{
    /// <summary>Largest difference of a time that passes: far above rounding, far below any iteration.</summary>
    public const double TimeBoundS = 1e-6;

    public bool Pass => Rows.All(row => row.Pass);

    /// <summary>Loads a case, runs it, compares.</summary>
    public static VidurComparison Of(string caseFolder, string? tablesFolder = null)
    {
        VidurCase loaded = VidurCase.Load(caseFolder, tablesFolder);
        return Of(loaded, VidurRun.Execute(loaded));
    }

    public static VidurComparison Of(VidurCase reference, VidurRunResult ours)
    {
        HashSet<int> mismatching = [];
        List<VidurComparisonRow> rows =
        [
            Finished(reference, ours, mismatching),
        ];
        if (reference.Expected.Any(one => one?.FirstScheduledAt is not null))
            rows.Add(Times("first scheduled (s)", reference, ours, one => one.FirstScheduledAt, one => one.FirstScheduledAt, mismatching));
        if (reference.Expected.Any(one => one?.FirstTokenAt is not null))
            rows.Add(Times("first token (s)", reference, ours, one => one.FirstTokenAt, one => one.FirstTokenAt, mismatching));
        if (reference.Expected.Any(one => one?.FinishedAt is not null))
            rows.Add(Times("finish (s)", reference, ours, one => one.FinishedAt, one => one.FinishedAt, mismatching));
        if (reference.Expected.Any(one => one?.Restarts is not null))
            rows.Add(Counts("restarts", reference, ours, one => one.Restarts, one => one.Restarts, mismatching));
        if (reference.Expected.Any(one => one?.Iterations is not null))
            rows.Add(Counts("iterations of requests", reference, ours, one => one.Iterations, one => one.Iterations, mismatching));
        if (reference.ExpectedIterations is { } iterations)
            rows.Add(new VidurComparisonRow("iterations", iterations, ours.Iterations, Math.Abs(iterations - ours.Iterations), 0));
        return new VidurComparison(reference.Name, rows, reference.Requests.Count, mismatching.Count);
    }

    private static VidurComparisonRow Finished(VidurCase reference, VidurRunResult ours, HashSet<int> mismatching)
    {
        int theirs = 0;
        int same = 0;
        int differing = 0;
        for (int i = 0; i < ours.Results.Count; i++)
        {
            bool there = reference.Expected[i]?.FinishedAt is not null;
            bool here = ours.Results[i].FinishedAt is not null;
            theirs += there ? 1 : 0;
            same += here ? 1 : 0;
            if (there == here)
                continue;
            differing++;
            mismatching.Add(i);
        }
        return new VidurComparisonRow("requests finished", theirs, same, differing, 0);
    }

    private static VidurComparisonRow Times(
        string what,
        VidurCase reference,
        VidurRunResult ours,
        Func<VidurReference, double?> there,
        Func<VidurRequestResult, double?> here,
        HashSet<int> mismatching)
    {
        (double theirs, double same, double worst) = (0, 0, -1);
        for (int i = 0; i < ours.Results.Count; i++)
        {
            if (reference.Expected[i] is not { } one || there(one) is not { } expected)
                continue;
            double found = here(ours.Results[i]) ?? double.PositiveInfinity;
            double error = Math.Abs(found - expected);
            if (error > TimeBoundS)
                mismatching.Add(i);
            if (error > worst)
                (theirs, same, worst) = (expected, found, error);
        }
        return new VidurComparisonRow(what, theirs, same, Math.Max(worst, 0), TimeBoundS);
    }

    private static VidurComparisonRow Counts(
        string what,
        VidurCase reference,
        VidurRunResult ours,
        Func<VidurReference, int?> there,
        Func<VidurRequestResult, int> here,
        HashSet<int> mismatching)
    {
        (long theirs, long same, int differing) = (0, 0, 0);
        for (int i = 0; i < ours.Results.Count; i++)
        {
            if (reference.Expected[i] is not { } one || there(one) is not { } expected)
                continue;
            int found = here(ours.Results[i]);
            theirs += expected;
            same += found;
            if (found == expected)
                continue;
            differing++;
            mismatching.Add(i);
        }
        return new VidurComparisonRow(what, theirs, same, differing, 0);
    }
}
