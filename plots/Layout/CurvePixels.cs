using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>Where the curves of a panel run, for words that keep out of their way.</summary>
internal static class CurvePixels
{
    /// <summary>A straight piece, or a point.</summary>
    public readonly record struct Segment(double X0, double Y0, double X1, double Y1);

    public static IReadOnlyList<Segment> Of(PanelFrame frame)
    {
        List<Segment> segments = [];
        foreach (Curve curve in frame.Panel.Marks.OfType<Curve>())
        {
            bool joined = false;
            double lastX = 0, lastY = 0;
            for (int i = 0; i < curve.X.Length; i++)
            {
                if (!AxisRange.Drawable(curve.X[i], frame.X.Scale) || !AxisRange.Drawable(curve.Y[i], frame.Y.Scale))
                {
                    joined = false;
                    continue;
                }
                double x = frame.PixelX(curve.X[i]), y = frame.PixelY(curve.Y[i]);
                if (!joined || curve.Kind == CurveKind.Points)
                    segments.Add(new Segment(x, y, x, y));
                else if (curve.Kind == CurveKind.Step)
                    segments.AddRange([new Segment(lastX, lastY, x, lastY), new Segment(x, lastY, x, y)]);
                else
                    segments.Add(new Segment(lastX, lastY, x, y));
                (joined, lastX, lastY) = (true, x, y);
            }
        }
        return segments;
    }

    /// <summary>How many pieces meet a box.</summary>
    public static int Crossing(IReadOnlyList<Segment> segments, Rect box)
    {
        int count = 0;
        for (int i = 0; i < segments.Count; i++)
            count += Meets(segments[i], box) ? 1 : 0;
        return count;
    }

    /// <summary>Some part of the piece, from its share <c>from</c> to its share <c>to</c>, lies between all four sides (Liang and
    /// Barsky 1984).</summary>
    private static bool Meets(Segment s, Rect box)
    {
        double from = 0, to = 1;
        return Clip(s.X0 - box.X, s.X1 - s.X0, ref from, ref to) && Clip(box.Right - s.X0, s.X0 - s.X1, ref from, ref to)
            && Clip(s.Y0 - box.Y, s.Y1 - s.Y0, ref from, ref to) && Clip(box.Bottom - s.Y0, s.Y0 - s.Y1, ref from, ref to);
    }

    /// <summary>Keeps the part where <c>distance + share x change</c> is not negative.</summary>
    private static bool Clip(double distance, double change, ref double from, ref double to)
    {
        if (change == 0)
            return distance >= 0;
        double share = -distance / change;
        if (change > 0)
            from = Math.Max(from, share);
        else
            to = Math.Min(to, share);
        return from <= to;
    }
}
