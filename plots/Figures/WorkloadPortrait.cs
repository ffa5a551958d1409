using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>A trace at a glance: lengths, arrivals over time, and how bursty they are at every time scale.</summary>
public static class WorkloadPortrait
{
    public const string Name = "workload";
    private const int Windows = 120;

    public static Figure Of(WorkloadData trace)
    {
        (double unit, Axis time) = Parts.TimeAxis(trace.ArrivalS);
        (double[] at, double[] rate) = RateOverTime(trace.ArrivalS);
        (double[] window, double[] dispersion) = Dispersion(trace.ArrivalS);
        return new Figure(Name, $"Workload: {trace.Trace}",
        [
            Lengths("Prompt lengths", "prompt tokens", "prompts", trace.InputTokens),
            Lengths("Output lengths", "output tokens", "outputs", trace.OutputTokens),
            new Panel("Arrivals", time, new Axis("requests/s") { FromZero = true },
                [new Curve("arrival rate", Parts.Over(at, unit), rate, CurveKind.Step, Markers: false) { InLegend = false,
                    Style = 0 }]) { Zoomable = true },
            new Panel("Burstiness", new Axis("window (s)") { Scale = Scale.Log },
                new Axis("variance / mean of arrivals") { Scale = Scale.Log },
                [new Curve("index of dispersion", window, dispersion) { InLegend = false, Style = 0 }])
            {
                References = [new Reference(1, Vertical: false, "Poisson")],
            },
        ])
        {
            Columns = 2,
            Width = Figure.PageWidth,
            PanelHeight = 140,
            Notes = [$"{trace.ArrivalS.Length.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture)} requests. Burstiness "
                + $"is the index of dispersion: above 1 arrivals come in bursts at that time scale."],
        };
    }

    private static Panel Lengths(string title, string axis, string name, double[] tokens) => new(
        title, new Axis(axis) { Scale = Scale.Log }, new Axis("requests") { FromZero = true },
        [Series.Histogram(name, tokens, Scale.Log) with { Style = Palette.Indigo, InLegend = false }])
    {
        References = tokens.Length == 0 ? [] : [new Reference(tokens.Average(), Vertical: true, $"mean {Ticks.Short(tokens.Average())}")],
    };

    private static (double[] At, double[] Rate) RateOverTime(double[] arrivals)
    {
        if (arrivals.Length < 2 || !(arrivals.Max() > arrivals.Min()))
            return ([], []);
        double from = arrivals.Min(), width = (arrivals.Max() - from) / Windows;
        int[] counts = Counts(arrivals, from, width, Windows);
        return ([.. Enumerable.Range(0, Windows).Select(i => from + (i * width))], [.. counts.Select(c => c / width)]);
    }

    /// <summary>Variance over mean of the arrivals in windows of doubling length, while there are at least ten windows.</summary>
    private static (double[] Window, double[] Index) Dispersion(double[] arrivals)
    {
        List<double> windows = [], indices = [];
        double from = arrivals.DefaultIfEmpty().Min(), span = arrivals.DefaultIfEmpty().Max() - from;
        if (arrivals.Length < 20 || !(span > 0))
            return ([], []);
        for (double width = span / arrivals.Length; span / width >= 10; width *= 2)
        {
            int[] counts = Counts(arrivals, from, width, (int)(span / width));
            double mean = counts.Average(), variance = counts.Sum(c => (c - mean) * (c - mean)) / counts.Length;
            if (mean > 0)
                (windows, indices) = ([.. windows, width], [.. indices, variance / mean]);
        }
        return ([.. windows], [.. indices]);
    }

    private static int[] Counts(double[] arrivals, double from, double width, int windows)
    {
        int[] counts = new int[windows];
        foreach (double arrival in arrivals)
        {
            double slot = (arrival - from) / width;
            if (slot < windows)
                counts[(int)slot]++;
            else if (windows == Windows)
                counts[^1]++;
        }
        return counts;
    }
}
