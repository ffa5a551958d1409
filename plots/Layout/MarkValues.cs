using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>The values of a panel that its axes have to show.</summary>
internal static class MarkValues
{
    public static IEnumerable<double> X(Panel panel) =>
        panel.Marks.SelectMany(X)
            .Concat(panel.References.Where(r => r.Vertical).Select(r => r.Value))
            .Concat(panel.Annotations.Select(a => a.X));

    public static IEnumerable<double> Y(Panel panel) =>
        panel.Marks.SelectMany(Y)
            .Concat(panel.References.Where(r => !r.Vertical).Select(r => r.Value))
            .Concat(panel.Annotations.Select(a => a.Y));

    private static IEnumerable<double> X(Mark mark) => mark switch
    {
        Curve curve => Finite(curve.X, curve.Y),
        ErrorBars bars => bars.X,
        Band band => band.X,
        Boxes boxes => boxes.Items.SelectMany(b => (double[])[b.X0, b.X1]),
        _ => [],
    };

    private static IEnumerable<double> Y(Mark mark) => mark switch
    {
        Curve curve => Finite(curve.Y, curve.X),
        ErrorBars bars => bars.Low.Concat(bars.High),
        Band band => band.Low.Concat(band.High),
        Boxes boxes => boxes.Items.SelectMany(b => (double[])[b.Y0, b.Y1]),
        _ => [],
    };

    /// <summary>A point with one undefined coordinate is not drawn and does not stretch an axis.</summary>
    private static IEnumerable<double> Finite(double[] values, double[] others) =>
        values.Zip(others).Where(p => double.IsFinite(p.Second)).Select(p => p.First);
}
