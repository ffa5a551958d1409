
namespace ELLM.Sim.Plots.Charts;

/// <summary>Makes marks from data: cumulative distributions, histograms, stacks, bars.</summary>
public static class Series
{
    private const double BarHeight = 0.74;

    /// <summary>Share of values at or below x. Non-finite values are left out.</summary>
    public static Curve Cdf(string name, IEnumerable<double> values)
    {
        double[] x = [.. values.Where(double.IsFinite)];
        Array.Sort(x);
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            y[i] = (i + 1) / (double)x.Length;
        return new Curve(name, x, y, CurveKind.Step);
    }

    /// <summary>Counts of values in bins of equal width, or of equal ratio on a log axis (values at or below zero are left out).</summary>
    public static Boxes Histogram(string name, IEnumerable<double> values, Scale scale, int bins = 32)
    {
        double[] kept = [.. values.Where(v => AxisRange.Drawable(v, scale))];
        if (kept.Length == 0)
            return new Boxes(name, []);
        AxisRange range = AxisRange.Of(new Axis(name) { Scale = scale, Tight = true }, kept, bins);
        int[] counts = new int[bins];
        foreach (double v in kept)
            counts[Math.Min(bins - 1, (int)(range.Share(v) * bins))]++;
        double Edge(int i) => scale == Scale.Log
            ? Numerics.DeterministicMath.Exp(Numerics.DeterministicMath.Log(range.Low)
                + ((Numerics.DeterministicMath.Log(range.High) - Numerics.DeterministicMath.Log(range.Low)) * i / bins))
            : range.Low + ((range.High - range.Low) * i / bins);
        return new Boxes(name, [.. Enumerable.Range(0, bins).Where(i => counts[i] > 0).Select(i =>
            new Box(Edge(i), Edge(i + 1), 0, counts[i], "",
                $"{Ticks.Short(Edge(i))} to {Ticks.Short(Edge(i + 1))}: {Ticks.Short(counts[i])}"))]);
    }

    /// <summary>Layers on top of each other over a shared x, the first lowest. Values hold until the next point when
    /// <paramref name="step"/>.</summary>
    /// <remarks>A non-finite or negative value counts as nothing.</remarks>
    public static IReadOnlyList<Band> StackedArea(double[] x, IReadOnlyList<(string Name, int Style, double[] Values)> layers, bool step)
    {
        double[] low = new double[x.Length];
        List<Band> bands = [];
        foreach ((string name, int style, double[] values) in layers)
        {
            double[] high = new double[x.Length];
            for (int i = 0; i < x.Length; i++)
                high[i] = low[i] + Positive(values[i]);
            bands.Add(new Band(name, x, low, high, Solid: true, step) { Style = style });
            low = high;
        }
        return bands;
    }

    /// <summary>Horizontal bars, one a category and layer: the layers of a category share its row.</summary>
    /// <param name="categories">Of the y axis, from the top.</param>
    /// <param name="format">The value in words.</param>
    public static IReadOnlyList<Boxes> Bars(
        IReadOnlyList<string> categories, IReadOnlyList<(string Name, int? Style, double[] Values)> layers, Func<double, string> format)
    {
        double height = BarHeight / Math.Max(1, layers.Count);
        return [.. layers.Select((layer, l) => new Boxes(layer.Name, [.. Finite(layer.Values).Select(i =>
        {
            double top = i - (BarHeight / 2) + (l * height);
            double value = layer.Values[i];
            return new Box(0, value, top, top + (height * 0.92), format(value), $"{categories[i]}, {layer.Name}: {format(value)}");
        })], TextBeside: true) { Style = layer.Style })];
    }

    /// <summary>Horizontal bars made of parts, the first at the left. Negative and non-finite parts count as nothing.</summary>
    public static IReadOnlyList<Boxes> StackedBars(
        IReadOnlyList<string> categories, IReadOnlyList<(string Name, int Style, double[] Values)> layers, Func<double, string> format)
    {
        double[] from = new double[categories.Count];
        List<Boxes> marks = [];
        foreach ((string name, int style, double[] values) in layers)
        {
            List<Box> items = [];
            for (int i = 0; i < categories.Count; i++)
            {
                double part = Positive(values[i]);
                if (part == 0)
                    continue;
                string text = format(part);
                items.Add(
                    new Box(from[i], from[i] + part, i - (BarHeight / 2), i + (BarHeight / 2), text, $"{categories[i]}, {name}: {text}"));
                from[i] += part;
            }
            marks.Add(new Boxes(name, items) { Style = style });
        }
        return marks;
    }

    private static IEnumerable<int> Finite(double[] values) => Enumerable.Range(0, values.Length).Where(i => double.IsFinite(values[i]));

    private static double Positive(double value) => double.IsFinite(value) && value > 0 ? value : 0;
}
