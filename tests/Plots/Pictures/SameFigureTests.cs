using System.Globalization;
using System.Xml.Linq;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Pictures;
using ELLM.Sim.Plots.Svg;
using NUnit.Framework;
using ScottPlot;
using ScottPlot.Plottables;

namespace ELLM.Sim.Tests.Plots.Pictures;

/// <summary>What ScottPlot is given is what the page's SVG says of itself: series, names, values, ranges of the axes.</summary>
internal sealed class SameFigureTests
{
    /// <summary>Percent: the page's table has six digits.</summary>
    private const double Close = 1e-3;

    private static IEnumerable<string> Names => SampleFigures.All.Select(f => f.Name);

    [TestCaseSource(nameof(Names))]
    public void Axes_span_the_same(string name)
    {
        (XElement[] panels, IReadOnlyList<Plot> plots) = Both(name);
        Assert.That(plots, Has.Count.EqualTo(panels.Length));
        for (int i = 0; i < panels.Length; i++)
        {
            AxisLimits limits = plots[i].Axes.GetLimits();
            AssertRange(panels[i].Attribute("data-x")!.Value, limits.Left, limits.Right);
            AssertRange(panels[i].Attribute("data-y")!.Value, limits.Bottom, limits.Top);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Series_have_the_same_names_and_values(string name)
    {
        Figure figure = SampleFigures.All.Single(f => f.Name == name);
        (_, IReadOnlyList<Plot> plots) = Both(name);
        IReadOnlyList<DrawnSeries> page = DrawnSeries.InPage(SvgRenderer.Render(figure), figure);
        DrawnSeries[] picture = [.. plots.SelectMany((plot, panel) => DrawnSeries.InPicture(plot, figure.Panels[panel], panel))];
        Assert.That(picture.Select(s => (s.Panel, s.Name)), Is.EqualTo(page.Select(s => (s.Panel, s.Name))));
        for (int i = 0; i < page.Count; i++)
            Assert.That(picture[i].Numbers, Is.EqualTo(page[i].Numbers).Within(Close).Percent, $"{page[i].Name} in panel {page[i].Panel}");
    }

    [Test]
    public void Heat_map_has_the_colours_of_the_page()
    {
        Figure map = SampleFigures.All.Single(f => f.Name == "map");
        string[] page = [.. Panels(map).Single().Descendants().Where(e => e.Name.LocalName == "rect")
            .Select(e => e.Attribute("fill")!.Value)];
        IEnumerable<string> picture = PictureRenderer.Plots(map, new PictureOptions())[0].GetPlottables<Rectangle>()
            .Select(r => r.FillColor.ToHex());
        Assert.That(picture, Is.EqualTo(page));
    }

    private static (XElement[] Panels, IReadOnlyList<Plot> Plots) Both(string name)
    {
        Figure figure = SampleFigures.All.Single(f => f.Name == name);
        return ([.. Panels(figure)], PictureRenderer.Plots(figure, new PictureOptions()));
    }

    private static IEnumerable<XElement> Panels(Figure figure) =>
        XDocument.Parse(SvgRenderer.Render(figure)).Descendants().Where(e => e.Attribute("class")?.Value == "panel");

    private static void AssertRange(string page, double low, double high)
    {
        string[] parts = page.Split(' ');
        if (parts[2] == "category")
            return;
        (double from, double to) =
            (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
        if (parts[2] == "log")
            (from, to) = (Math.Log10(from), Math.Log10(to));
        Assert.That(low, Is.EqualTo(from).Within(1e-6 * Math.Max(1, Math.Abs(from))));
        Assert.That(high, Is.EqualTo(to).Within(1e-6 * Math.Max(1, Math.Abs(to))));
    }
}
