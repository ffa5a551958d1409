using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Measured costs with their fits, a panel an operation; and what the fits leave over, in percent.</summary>
public static class CalibrationFit
{
    public const string Name = "calibration", ResidualsName = "calibration-residuals";

    public static Figure Of(IReadOnlyList<CalibrationSeries> operations) =>
        new(Name, "Calibration: measured medians and fits", [.. operations.Select(Costs)])
        {
            Columns = 3,
            Width = Figure.PageWidth,
            PanelHeight = 110,
            Notes = ["Medians of the samples that count, microseconds a call. Where sizes and numbers of items both vary the fit is "
                + "drawn as points."],
        };

    public static Figure Residuals(IReadOnlyList<CalibrationSeries> operations)
    {
        string[] names = [.. operations.Select(o => o.Name)];
        (double[] x, double[] y) = ([.. operations.SelectMany(Residual)], [.. operations.SelectMany((o, i) => o.X.Select(_ => (double)i))]);
        Panel panel = new("", new Axis("fit - measured (% of measured)"), new Axis("") { Categories = names },
            [new Curve("a condition", x, y, CurveKind.Points) { Style = 0 }])
        {
            References = [new Reference(0, Vertical: true, "")],
        };
        return new Figure(ResidualsName, "Calibration: what the fits leave over",
            [panel])
        { PanelHeight = Parts.RowsHeight(names.Length) * 0.8 };
    }

    private static Panel Costs(CalibrationSeries o)
    {
        bool line = o.X.Zip(o.X.Skip(1)).All(p => p.First < p.Second);
        bool many = o.X.Length > 0 && o.X[^1] > o.X[0];
        Axis x = new(o.XLabel) { Scale = many && o.X[0] > 0 ? Scale.Log : Scale.Linear };
        return new Panel(o.Name, x, new Axis("µs") { Scale = many ? Scale.Log : Scale.Linear, FromZero = true },
        [
            new Curve("measured", o.X, o.Measured, CurveKind.Points) { Style = 0 },
            new Curve("fit", o.X, o.Fitted, line && many ? CurveKind.Line : CurveKind.Points, Markers: !(line && many)) { Style = 1 },
        ]);
    }

    private static IEnumerable<double> Residual(CalibrationSeries o) =>
        o.Measured.Zip(o.Fitted, (m, f) => m > 0 ? 100 * (f - m) / m : double.NaN);
}
