using System.Globalization;
using System.Xml.Linq;
using ELLM.Sim.Plots.Charts;
using ScottPlot;
using ScottPlot.Plottables;
using Panel = ELLM.Sim.Plots.Charts.Panel;

namespace ELLM.Sim.Tests.Plots.Pictures;

/// <summary>A series as it was drawn: the numbers of a curve or of error bars, the ends of a band, the words of boxes left out.</summary>
internal sealed record DrawnSeries(int Panel, string Name, double[] Numbers)
{
    /// <summary>From the table inside an SVG; marks of one name and kind in a row are one series.</summary>
    public static IReadOnlyList<DrawnSeries> InPage(string svg, Figure figure)
    {
        List<DrawnSeries> series = [];
        int panel = 0;
        double[] x = [];
        string kind = "", name = "", before = "";
        Dictionary<string, double[]> rows = [];
        void Close()
        {
            if (name.Length > 0 && before == kind && series.Count > 0 && series[^1].Panel == panel && series[^1].Name == name)
                series[^1] = series[^1] with { Numbers = [.. series[^1].Numbers, .. Values(kind, rows, figure.Panels[panel])] };
            else if (name.Length > 0)
                series.Add(new DrawnSeries(panel, name, Values(kind, rows, figure.Panels[panel])));
            (name, rows, before) = ("", [], kind);
        }
        foreach (string line in XDocument.Parse(svg).Descendants().Single(e => e.Name.LocalName == "metadata").Value.Split('\n'))
        {
            string[] cells = line.Split(',');
            if (cells[0] == "panel")
            {
                Close();
                panel = int.Parse(cells[1], CultureInfo.InvariantCulture);
            }
            else if (cells[0] == "series")
            {
                Close();
                (kind, name) = (cells[1], line[(line.IndexOf('"', StringComparison.Ordinal) + 1)..^1]);
            }
            else if (cells[0] is "x" or "y" or "low" or "high")
            {
                double[] values = cells is ["x", "same"] ? x : [.. cells[1..].Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
                rows[cells[0]] = values;
                x = cells[0] == "x" ? values : x;
            }
        }
        Close();
        return series;
    }

    /// <summary>From what ScottPlot was given, back on the scale of the values.</summary>
    public static IEnumerable<DrawnSeries> InPicture(Plot plot, Panel panel, int index)
    {
        double X(double value) => panel.X.Scale == Scale.Log ? Math.Pow(10, value) : value;
        double Y(double value) => panel.Y.Scale == Scale.Log ? Math.Pow(10, value) : value;
        // Of one name and kind in a row: the pieces of a curve with gaps, the boxes of a series.
        List<(string Name, Type Kind, List<double> Numbers)> groups = [];
        foreach (IPlottable drawn in plot.GetPlottables().Where(p => p is not AxisLine))
        {
            (string name, double[] numbers) = drawn switch
            {
                Scatter s => (s.LegendText, s.Data.GetScatterPoints().SelectMany(p => (double[])[X(p.X), Y(p.Y)]).ToArray()),
                FillY f => (f.LegendText, [X(f.GetAxisLimits().Left), X(f.GetAxisLimits().Right)]),
                ErrorBar e =>
                    (e.LegendText,
                        [.. e.Xs.Select((x, i) => (double[])[X(x), Y(e.Ys[i]), Y(e.Ys[i] + e.YErrorPositive![i])]).SelectMany(v => v)]),
                Rectangle r => (r.LegendText, []),
                _ => throw new InvalidOperationException($"{drawn.GetType().Name} is not compared"),
            };
            if (name.Length == 0)
                continue;
            if (groups.Count > 0 && groups[^1].Name == name && groups[^1].Kind == drawn.GetType())
                groups[^1].Numbers.AddRange(numbers);
            else
                groups.Add((name, drawn.GetType(), [.. numbers]));
        }
        return groups.Select(g => new DrawnSeries(index, g.Name, [.. g.Numbers]));
    }

    private static double[] Values(string kind, Dictionary<string, double[]> rows, Panel panel)
    {
        double[] x = rows.GetValueOrDefault("x", []);
        return kind switch
        {
            "curve" =>
                [.. x.Zip(rows["y"]).Where(p => AxisRange.Drawable(p.First, panel.X.Scale) && AxisRange.Drawable(p.Second, panel.Y.Scale))
                    .SelectMany(p => (double[])[p.First, p.Second])],
            "error" => [.. x.Select((at, i) => (double[])[at, rows["low"][i], rows["high"][i]]).SelectMany(v => v)],
            "layer" or "band" => [x[0], x[^1]],
            _ => [],
        };
    }
}
