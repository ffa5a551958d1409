namespace ELLM.Sim.Validation;

/// <summary>One comparison with something known: a measurement, a publication, a reference simulator, an identity.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Reference">The known value; null when only the error says something.</param>
/// <param name="Ours">This simulator's value.</param>
/// <param name="Unit">Unit of both: <c>ms</c>, <c>points</c>.</param>
/// <param name="Error">In <see cref="ErrorUnit"/>; the sign is ours minus reference where there is one.</param>
/// <param name="Bound">Largest absolute error that passes; null: printed only.</param>
/// <param name="Pass">Null when there is no bound or nothing was compared.</param>
/// <param name="Note">How it was compared, and what is known about the difference.</param>
public sealed record ValidationRow(
    string What, double? Reference, double? Ours, string Unit, double? Error, double? Bound, bool? Pass, string Note = "")
{
    /// <summary>The suite that made the row.</summary>
    public string Suite { get; init; } = "";

    /// <summary>Unit of error and bound: per cent unless stated.</summary>
    public string ErrorUnit { get; init; } = "%";

    /// <summary>Two values and a bound on their relative difference in per cent.</summary>
    public static ValidationRow Of(string what, double reference, double ours, string unit, double? bound, string note = "")
    {
        double error = (ours - reference) / reference * 100;
        return new ValidationRow(what, reference, ours, unit, error, bound, bound is null ? null : Math.Abs(error) <= bound, note);
    }

    /// <summary>The mean absolute error of many points, with the rest of the distribution in the note.</summary>
    public static ValidationRow Mape(string what, ErrorStatistics errors, double? bound, string note = "")
    {
        string rest = errors.Describe();
        return new ValidationRow(what, null, null, $"{errors.Count} points", errors.Mape, bound,
            bound is null ? null : errors.Mape <= bound, note.Length == 0 ? rest : $"{rest}; {note}");
    }

    /// <summary>Nothing was compared; the note says why.</summary>
    public static ValidationRow Skipped(string what, string why) => new(what, null, null, "", null, null, null, "skipped: " + why);
}
