using System.Globalization;

namespace ELLM.Sim.Validation;

/// <summary>Cells of the validation table.</summary>
public static class ValidationText
{
    /// <summary>Five significant digits, enough to recompute an error to a tenth of a per cent.</summary>
    public static string Value(double? value) => value is double number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "";

    public static string Error(ValidationRow row) => row.Error is not double error
        ? ""
        : row is { Reference: not null, ErrorUnit: "%" }
            ? error.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %"
            : error.ToString(row.ErrorUnit == "s" ? "0.0e0" : "0.0##", CultureInfo.InvariantCulture) + " " + row.ErrorUnit;

    public static string Bound(ValidationRow row) =>
        row.Bound is double bound ? bound.ToString("0.######", CultureInfo.InvariantCulture) + " " + row.ErrorUnit : "";

    public static string Verdict(ValidationRow row) => row.Pass switch
    {
        true => "pass",
        false => "MISS",
        null => "",
    };
}
