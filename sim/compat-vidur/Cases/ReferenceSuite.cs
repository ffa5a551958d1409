using System.Globalization;
using ELLM.Sim.Validation;

namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>Compatibility mode against runs of the reference simulator, request by request.</summary>
public sealed class ReferenceSuite : IValidationSuite
{
    public string Name => "reference";

    public string Summary => "compatibility mode against Vidur, every request of every case";

    public string Trust => """
        In compatibility mode (`--compat vidur`) the rules and the arithmetic of Vidur are followed to the bit: first-scheduled, first-token
        and finish times within a microsecond, restarts and iterations equal. This says nothing about real engines: Vidur's distance to them
        is its own. Where its rules differ from an engine's, the default mode follows the engine, and the difference is a documented knob.
        """;

    public bool IsNamedIn(ValidationContext context) => context.CaseFolder is not null;

    public IEnumerable<ValidationRow> Run(ValidationContext context) =>
        context.CaseFolder is string folder ? Case(folder, context.TablesFolder) : Cases(context);

    private static IEnumerable<ValidationRow> Cases(ValidationContext context)
    {
        string? root = context.Data is null ? null : Path.Combine(context.Data, "reference", "vidur", "open");
        if (root is null || !Directory.Exists(root))
        {
            yield return ValidationRow.Skipped("runs of Vidur", "no folder reference/vidur/open in the data; name one case with --case");
            yield break;
        }
        foreach (string folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(folder) != "tables")
                yield return Summed(VidurComparison.Of(folder, context.TablesFolder));
        }
    }

    /// <summary>One case in full.</summary>
    private static IEnumerable<ValidationRow> Case(string folder, string? tables)
    {
        VidurComparison comparison = VidurComparison.Of(folder, tables);
        foreach (VidurComparisonRow row in comparison.Rows)
        {
            bool time = row.Bound is > 0 and < 1;
            yield return new ValidationRow(
                $"{comparison.Case}: {row.What}", row.Reference, row.Ours, time ? "s" : "", row.Error, row.Bound, row.Pass,
                string.Create(CultureInfo.InvariantCulture, $"{comparison.Requests} requests"))
            {
                ErrorUnit = time ? "s" : "differing",
            };
        }
    }

    private static ValidationRow Summed(VidurComparison comparison)
    {
        double worst = comparison.Rows.Where(row => row.Bound > 0).Select(row => row.Error).DefaultIfEmpty(0).Max();
        string note = string.Create(
            CultureInfo.InvariantCulture,
            $"largest difference {worst:0.0e0} s over "
                + $"{string.Join(", ", comparison.Rows.Where(row => row.Bound > 0).Select(row => row.What))}; "
                + $"{string.Join(", ", comparison.Rows.Where(row => row.Bound == 0).Select(row => row.What))} {(comparison.Rows.Where(row => row.Bound == 0).All(row => row.Pass) ? "equal" : "differ")}");
        return new ValidationRow(
            $"{comparison.Case}: requests that match", comparison.Requests, comparison.Requests - comparison.MismatchingRequests,
            "requests",
            comparison.MismatchingRequests, 0, comparison.Pass, note)
        {
            ErrorUnit = "differing",
        };
    }
}
