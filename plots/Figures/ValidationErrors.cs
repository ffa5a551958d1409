using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Errors of a validation suite as shares of their bounds, the worst at the top.</summary>
public static class ValidationErrors
{
    /// <summary>Most rows drawn.</summary>
    private const int MaxRows = 40;

    /// <summary>Errors beyond this many times their bound are drawn as this many.</summary>
    private const double Most = 4;

    public static Figure Of(string suite, IReadOnlyList<CheckedError> rows)
    {
        CheckedError[] ordered = [.. rows.OrderByDescending(Share)];
        CheckedError[] kept = [.. ordered.Take(MaxRows)];
        string[] names = [.. kept.Select(row => row.What)];
        Boxes[] Bars(string name, int style, Func<double, bool> has) => [.. Series.Bars(
            names, [(name, (int?)style, [.. kept.Select(row => has(Share(row)) ? 100 * Math.Min(Most, Share(row)) : double.NaN)])], _ => "")
            .Select(bars => bars with { Items = [.. bars.Items.Select(box => Told(box, kept[(int)Math.Round(box.Y0)]))] })];
        Panel panel = new("", new Axis("error (% of its bound)") { Min = 0, Max = 100 * Most }, new Axis("") { Categories = names },
            [.. Bars("within its bound", Palette.Teal, share => share <= 1), .. Bars("missed", Palette.Rose, share => !(share <= 1))])
        {
            References = [new Reference(100, Vertical: true, "bound")],
        };
        List<string> notes = [];
        if (ordered.Length > MaxRows)
            notes.Add($"The {MaxRows} largest of {ordered.Length} errors are shown.");
        if (kept.Any(row => Share(row) > Most))
            notes.Add($"Bars end at {Most} bounds; their text has the error.");
        return new Figure("fidelity-" + suite, $"Suite {suite}: errors against their bounds", [panel])
        {
            Width = Figure.PageWidth,
            PanelHeight = Parts.RowsHeight(kept.Length),
            Notes = notes,
        };
    }

    /// <summary>A bound of zero allows nothing.</summary>
    private static double Share(CheckedError row) =>
        row.Error == 0 ? 0 : row.Bound > 0 ? Math.Abs(row.Error) / row.Bound : double.PositiveInfinity;

    private static Box Told(Box box, CheckedError row) => box with { Text = row.Text, Tip = $"{row.What}: {row.Text}" };
}
