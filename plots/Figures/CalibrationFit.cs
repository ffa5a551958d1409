using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Measured costs with their fits, and what the fits leave over, in percent.</summary>
public static class CalibrationFit
{
    public const string Name = "calibration";

    public static Figure Of(IReadOnlyList<CalibrationSeries> fits, string xLabel, string yLabel, Scale scale = Scale.Log)
    {
        List<Mark> values = [], residuals = [];
        for (int i = 0; i < fits.Count; i++)
        {
            CalibrationSeries fit = fits[i];
            values.Add(new Curve(fit.Name, fit.X, fit.Measured, CurveKind.Points) { Style = i });
            values.Add(new Curve(fit.Name + ", fit", fit.X, fit.Fitted, Markers: false) { Style = i });
            residuals.Add(new Curve(fit.Name, fit.X, [.. fit.Measured.Zip(fit.Fitted, (m, f) => m > 0 ? 100 * (f - m) / m : double.NaN)], CurveKind.Points) { Style = i });
        }
        return new Figure(Name, "Calibration: measured and fitted",
        [
            new Panel("Cost", new Axis(xLabel) { Scale = scale }, new Axis(yLabel) { Scale = scale }, values),
            new Panel("Residuals", new Axis(xLabel) { Scale = scale }, new Axis("fit - measured (%)"), residuals)
            {
                References = [new Reference(0, Vertical: false, "")],
            },
        ])
        {
            Columns = 2,
            Width = Figure.PageWidth,
            PanelHeight = 200,
        };
    }
}
