using System.Globalization;
using ELLM.Sim.Metrics.ResultFiles;

namespace ELLM.Sim.Validation;

/// <summary>The validation table as CSV: <c>suite,what,reference,ours,unit,error,error_unit,bound,pass,note</c>.</summary>
public static class ValidationCsv
{
    public static void Write(Stream target, IEnumerable<ValidationRow> rows)
    {
        using CsvBuffer csv = new(target);
        foreach (string title in (string[])["suite", "what", "reference", "ours", "unit", "error", "error_unit", "bound", "pass", "note"])
            csv.Text(title);
        csv.EndRow();
        foreach (ValidationRow row in rows)
        {
            string pass = row.Pass is bool verdict ? (verdict ? "true" : "false") : "";
            foreach (string cell in (string[])[row.Suite, row.What, Number(row.Reference), Number(row.Ours), row.Unit, Number(row.Error),
                row.ErrorUnit, Number(row.Bound), pass, row.Note])
                csv.Text(cell);
            csv.EndRow();
        }
    }

    private static string Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";
}
