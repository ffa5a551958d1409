using System.Globalization;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>Cells of the table of reproductions.</summary>
public static class ReproductionText
{
    /// <summary>One value, or the smallest and the largest over open conditions.</summary>
    public static string Ours(ReproductionResult result)
    {
        if (result.Low is not double low || result.High is not double high)
            return "-";
        string from = Number(low), to = Number(high);
        return from == to ? from : $"{from} to {to}";
    }

    public static string Published(PublishedRow row) =>
        row.Unit.Length == 0 || row.Published == "-" ? row.Published : $"{row.Published} {row.Unit}";

    public static string Accept(PublishedRow row) => row.Accept is { } accept ? $"{Number(accept[0])} to {Number(accept[1])}" : "";

    public static string Verdict(ReproductionResult result) => result.Verdict?.ToString().ToLowerInvariant() ?? "";

    /// <summary>The verdict, and where in the band a possible one lies.</summary>
    public static string Judged(ReproductionResult result) =>
        result.Verdict == Reproductions.Verdict.Possible ? $"possible: {result.Point}" : Verdict(result);

    public static string Sure(Certainty certainty) => certainty.ToString().ToLowerInvariant();

    /// <summary>Why there is no value, else what is known about the difference.</summary>
    public static string Note(ReproductionResult result) => result.Missing ?? result.Row.Note;

    /// <summary>Three significant digits.</summary>
    public static string Number(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value.ToString(CultureInfo.InvariantCulture);
        int digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        string text = Math.Round(value, digits, MidpointRounding.AwayFromZero).ToString("#,0.######", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }
}
