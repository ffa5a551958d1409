using System.Globalization;

namespace ELLM.Sim.Plots.Charts;

/// <summary>Makes a figure of any size drawable: fewer points of the same shape, fewer series, and a note that says so.</summary>
/// <remarks>
/// Curves keep the points that span the largest triangles with their neighbours (largest-triangle-three-buckets, Steinarsson 2013);
/// the layers of a stack keep the union of what each of them would keep, so that they stay on one x; scattered points keep one per
/// cell of a fine grid.
/// </remarks>
public static class Thinning
{
    private const int GridCells = 48;

    /// <summary>The figure with about a point a unit of width on each curve, and at most <see cref="Palette.MaxSeries"/> series.</summary>
    public static Figure Apply(Figure figure)
    {
        int points = (int)Math.Clamp(figure.Width / Math.Max(1, figure.Columns), 200, 800);
        List<string> notes = [];
        HashSet<string> kept = KeptNames(figure, notes);
        int before = 0, after = 0, undrawable = 0;
        Panel Thin(Panel panel)
        {
            int[] stack = StackIndices(panel, points);
            Mark One(Mark mark)
            {
                (Mark thin, int had, int has, int bad) = Reduce(mark, panel, points, stack);
                before += had;
                after += has;
                undrawable += bad;
                return thin;
            }
            return panel with { Marks = [.. panel.Marks.Where(m => kept.Contains(m.Name)).Select(One)] };
        }
        Figure thin = figure with { Panels = [.. figure.Panels.Select(Thin)] };
        if (after < before)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"Drawn with {after:#,0} of {before:#,0} points (largest-triangle-three-buckets: the shape is kept)."));
        if (undrawable > 0)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{undrawable:#,0} {(undrawable == 1 ? "value is" : "values are")} not drawn: not finite, or not above zero on a log "
                        + $"axis."));
        return thin with { Notes = [.. figure.Notes, .. notes] };
    }

    /// <summary>Indices of the points to keep, first and last among them, ascending.</summary>
    public static int[] LargestTriangles(double[] x, double[] y, int keep)
    {
        int n = x.Length;
        if (n <= keep || keep < 3)
            return [.. Enumerable.Range(0, n)];
        int[] result = new int[keep];
        double width = (n - 2) / (double)(keep - 2);
        for (int bucket = 0; bucket < keep - 2; bucket++)
        {
            int from = 1 + (int)(bucket * width), to = 1 + (int)((bucket + 1) * width), next = Math.Min(n, 1 + (int)((bucket + 2) * width));
            double meanX = 0, meanY = 0;
            int ahead = Math.Max(1, next - to);
            for (int i = to; i < to + ahead; i++)
                (meanX, meanY) = (meanX + (x[Math.Min(i, n - 1)] / ahead), meanY + (y[Math.Min(i, n - 1)] / ahead));
            int last = result[bucket];
            double largest = -1;
            for (int i = from; i < to; i++)
            {
                double area = Math.Abs(((x[last] - meanX) * (y[i] - y[last])) - ((x[last] - x[i]) * (meanY - y[last])));
                if (area > largest)
                    (largest, result[bucket + 1]) = (area, i);
            }
        }
        result[keep - 1] = n - 1;
        return result;
    }

    private static HashSet<string> KeptNames(Figure figure, List<string> notes)
    {
        string[] names = [.. figure.Panels.SelectMany(p => p.Marks).Select(m => m.Name).Distinct(StringComparer.Ordinal)];
        if (names.Length > Palette.MaxSeries)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture, $"The first {Palette.MaxSeries} of {names.Length:#,0} series are shown."));
        return [.. names.Take(Palette.MaxSeries)];
    }

    private static int[] StackIndices(Panel panel, int points)
    {
        Band[] layers = [.. panel.Marks.OfType<Band>().Where(b => b.X.Length > points)];
        if (layers.Length == 0)
            return [];
        double[][] changing = [.. layers.Where(b => b.X.Length == layers[0].X.Length).Select(b => b.High)
            .Where(h => h.AsSpan().ContainsAnyExcept(h[0]))];
        int each = Math.Max(3, points / Math.Max(1, changing.Length));
        return [.. changing.SelectMany(h => LargestTriangles(layers[0].X, h, each)).Append(0).Append(layers[0].X.Length - 1).Distinct()
            .Order()];
    }

    private static (Mark Thin, int Had, int Has, int Undrawable) Reduce(Mark mark, Panel panel, int points, int[] stack)
    {
        switch (mark)
        {
            case Curve curve:
                int[] good = [.. Enumerable.Range(0, curve.X.Length)
                    .Where(i => AxisRange.Drawable(curve.X[i], panel.X.Scale) && AxisRange.Drawable(curve.Y[i], panel.Y.Scale))];
                int bad = curve.X.Length - good.Length;
                if (good.Length <= points)
                    return (curve, good.Length, good.Length, bad);
                Curve clean = curve with { X = Pick(curve.X, good), Y = Pick(curve.Y, good) };
                int[] keep = curve.Kind == CurveKind.Points
                    ? OnePerCell(clean, panel)
                    : LargestTriangles(Scaled(clean.X, panel.X), Scaled(clean.Y, panel.Y), points);
                return (clean with { X = Pick(clean.X, keep), Y = Pick(clean.Y, keep) }, good.Length, keep.Length, bad);
            case Band band when band.X.Length > points:
                int[] indices = stack.Length > 0 && stack[^1] == band.X.Length - 1 ? stack : LargestTriangles(band.X, band.High, points);
                return (band with { X = Pick(band.X, indices), Low = Pick(band.Low, indices), High = Pick(band.High, indices) },
                    band.X.Length, indices.Length, 0);
            default:
                return (mark, 0, 0, 0);
        }
    }

    /// <summary>Triangles are measured as they will be seen.</summary>
    private static double[] Scaled(double[] values, Axis axis)
    {
        AxisRange range = AxisRange.Of(axis with { Tight = true }, values, 2);
        return Array.ConvertAll(values, range.Share);
    }

    private static int[] OnePerCell(Curve curve, Panel panel)
    {
        double[] x = Scaled(curve.X, panel.X), y = Scaled(curve.Y, panel.Y);
        HashSet<int> taken = [];
        return [.. Enumerable.Range(0, x.Length)
            .Where(i => taken.Add(((int)(x[i] * GridCells) * (GridCells + 1)) + (int)(y[i] * GridCells)))];
    }

    private static double[] Pick(double[] values, int[] indices) => Array.ConvertAll(indices, i => values[i]);
}
