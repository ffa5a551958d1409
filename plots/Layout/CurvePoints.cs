using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>Which points of a curve are drawn, and which carry a marker.</summary>
internal static class CurvePoints
{
    private const int MarkersOnEveryPoint = 40;
    private const int MarkersOnLongCurves = 5;

    /// <summary>Indices, ascending; a gap in them is a gap in the curve.</summary>
    public static int[] Drawn(Curve curve, PanelFrame frame) =>
        [.. Enumerable.Range(0, curve.X.Length).Where(i => frame.Shows(curve.X[i], curve.Y[i]))];

    /// <summary>Of the drawn indices: all of a short curve, a few of a long one, not the same few as those of the next series.</summary>
    public static IEnumerable<int> Marked(Curve curve, int[] drawn, int series)
    {
        if (!curve.Markers)
            yield break;
        bool all = curve.Kind == CurveKind.Points || drawn.Length <= MarkersOnEveryPoint;
        int every = all ? 1 : Math.Max(1, drawn.Length / MarkersOnLongCurves);
        for (int k = every == 1 ? 0 : every * (1 + (series % 4)) / 5; k < drawn.Length; k += every)
            yield return drawn[k];
    }
}
