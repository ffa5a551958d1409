using System.Xml.Linq;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

/// <summary>What data can do to a picture: nothing, one point, no number, too much.</summary>
public sealed class EdgeFigureTests
{
    private static readonly double[] Strange = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e-320,
        double.MaxValue, double.MinValue, 3];

    [TestCase(Scale.Linear)]
    [TestCase(Scale.Log)]
    public void Curve_with_no_point_says_so(Scale scale) =>
        Assert.That(Draw(scale, [], []).Texts.Select(t => t.Text), Does.Contain("no data"));

    [TestCase(Scale.Linear)]
    [TestCase(Scale.Log)]
    public void Curve_with_one_point_is_drawn_in_the_middle_of_a_range(Scale scale) =>
        Assert.That(Draw(scale, [5], [7]).Root.Descendants().Count(e => e.Attribute("class")?.Value == "m l0"), Is.EqualTo(1));

    [TestCase(Scale.Linear)]
    [TestCase(Scale.Log)]
    public void Curve_with_strange_numbers_stays_in_the_frame_and_counts_them(Scale scale)
    {
        SvgPage page = Draw(scale, [.. Strange.Select((_, i) => (double)i + 1)], Strange);
        Assert.That(string.Join(' ', page.Texts.Select(t => t.Text)), Does.Contain("values are not drawn"));
    }

    [TestCase(0)]
    [TestCase(1e-12)]
    [TestCase(-4e9)]
    [TestCase(123456789.125)]
    public void Axis_without_a_range_has_ticks_around_the_value(double value) =>
        Assert.That(Draw(Scale.Linear, [1, 2, 3], [value, value, value]).Texts, Has.Count.GreaterThan(4));

    [TestCase(1e6, 1e6 + 1e-3)]
    [TestCase(-1e-300, 1e-300)]
    [TestCase(-9e299, 9e299)]
    [TestCase(0.9999999, 1)]
    [TestCase(1e15, 2e15)]
    public void Axis_with_an_extreme_range_keeps_its_labels_apart(double low, double high) => Draw(Scale.Linear, [low, high], [low, high]);

    [TestCase(1e-250, 1e250)]
    [TestCase(0.99, 1.01)]
    [TestCase(1, 1e4)]
    public void Log_axis_of_any_range_keeps_its_labels_apart(double low, double high)
    {
        Panel panel = new("", new Axis("x") { Scale = Scale.Log }, new Axis("y") { Scale = Scale.Log },
            [new Curve("a", [low, high], [low, high])]);
        Read(new Figure("log", "log", [panel]));
    }

    [Test]
    public void Thousand_series_are_cut_to_a_few_with_a_note()
    {
        Mark[] many = [.. Enumerable.Range(0, 1000).Select(i => new Curve($"series {i}", [0, 1], [i, i + 1]))];
        SvgPage page = Read(new Figure("many", "many", [new Panel("", new Axis("x"), new Axis("y"), many)]));
        Assert.That(page.Texts.Select(t => t.Text), Does.Contain("The first 16 of 1,000 series are shown."));
    }

    [Test]
    public void Thousand_policies_are_cut_in_every_figure()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"policy-{i}")];
        Figure[] figures =
        [
            Scores.Of([.. names.Select(n => new PolicyScore(n, 1, 1, 1, 1))]),
            WasteSplit.Of([.. names.Select(n => new PolicyWaste(n, 1, 0, 0, 0))]),
            TimeLedger.Of([.. names.Select(n => new PolicyLedger(n, ["a"], [1], [2]))]),
            MemoryOverTime.Of([.. names.Select(n => new PolicyMemory(n, [0, 1], [(MemoryLayer.Weights, [1, 1])], [0, 0]))]),
            LoadOverTime.Of([.. names.Select(n => new PolicyLoad(n, [0, 1], [1, 2], [0, 0], [0, 0]))]),
        ];
        foreach (Figure figure in figures)
            Assert.That(string.Join(' ', Read(figure).Texts.Select(t => t.Text)), Does.Contain("of 1,000"), figure.Name);
    }

    [Test]
    public void Empty_data_gives_a_picture_of_each_figure()
    {
        Figure[] figures =
        [
            LatencyCdf.Of([new PolicyLatencies("a", [], [], [])], null, double.NaN), LatencyCdf.Of([], null, null), MemoryOverTime.Of([]),
            LoadOverTime.Of([]),
            TimeLedger.Of([]), WasteSplit.Of([]), Scores.Of([]), Scores.ShareOfOracle([]), new RateSweep().Throughput([]),
            new RateSweep().Latency([], null, null),
            new RateSweep().Attainment([new PolicySweep("a", [])], 0.9), WorkloadPortrait.Of(new WorkloadData("none", [], [], [])),
            ParetoFront.Of("cost", "latency", ("", [])),
            SweepMap.Of("map", "m", "x", [], "y", [], []), CalibrationFit.Of([]), CalibrationFit.Residuals([]), new Figure("none", "", []),
        ];
        foreach (Figure figure in figures)
            Read(figure);
    }

    [Test]
    public void Hostile_names_stay_text()
    {
        const string Name = "</script><img src=x onerror=alert(1)>\"'&\u0000\u001b\ud800";
        Figure figure = new(Name, Name,
            [new Panel(Name, new Axis(Name), new Axis(Name) { Categories = [Name] },
                [.. Series.Bars([Name], [(Name, null, [1]), ("b", null, [2])], _ => Name)])]);
        string svg = SvgRenderer.Render(figure with { Notes = [Name] });
        XDocument parsed = XDocument.Parse(svg);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(svg, Does.Not.Contain("<img").And.Not.Contain("</script"));
            Assert.That(parsed.Descendants().Select(e => e.Name.LocalName).Distinct(),
                Is.SubsetOf(new[] { "svg", "title", "desc", "metadata", "g", "rect", "path", "text" }));
        }
    }

    [Test]
    public void Long_names_are_cut_and_kept_in_a_title()
    {
        string longName = new('W', 300);
        SvgPage page = Read(new Figure("long", longName, [new Panel(longName, new Axis(longName), new Axis(longName),
            [new Curve(longName, [0, 1], [0, 1]),
                new Curve(longName + "2", [0, 1], [1, 0])]) { References = [new Reference(0.5, true, longName),
                    new Reference(0.5, true, longName)] }]));
        Assert.That(page.Root.Descendants().Where(e => e.Name.LocalName == "title").Select(e => e.Value), Does.Contain(longName + "2"));
    }

    [TestCase(CurveKind.Line)]
    [TestCase(CurveKind.Step)]
    [TestCase(CurveKind.Points)]
    public void Fifty_thousand_points_stay_within_a_budget_of_elements_and_bytes(CurveKind kind)
    {
        double[] x = [.. Enumerable.Range(0, 50_000).Select(i => (double)i)], y = [.. x.Select(v => (v * 7919) % 1013)];
        string svg =
            SvgRenderer.Render(new Figure("big", "big", [new Panel("", new Axis("x"), new Axis("y"), [new Curve("a", x, y, kind)])]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(XDocument.Parse(svg).Descendants().Count(), Is.LessThan(100));
            Assert.That(svg, Has.Length.LessThan(200_000));
            Assert.That(svg, Does.Contain("of 50,000 points"));
        }
    }

    /// <summary>What nobody parked, nobody shows: a line at zero says that there is a buffer.</summary>
    [Test]
    public void Host_memory_is_drawn_for_those_policies_that_use_it()
    {
        Figure memory =
            MemoryOverTime.Of(
                [new PolicyMemory("vllm", [0, 1], [(MemoryLayer.Weights, [1, 1])], [0, 0]),
                    new PolicyMemory("ellm", [0, 1], [(MemoryLayer.Weights, [1, 1])], [0, 5])]);
        Figure load =
            LoadOverTime.Of(
                [new PolicyLoad("vllm", [0, 1], [1, 2], [0, 0], [0, 0]), new PolicyLoad("ellm", [0, 1], [1, 2], [0, 0], [0, 3])]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.Panels.Select(p => p.Marks.OfType<Curve>().Count()), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(load.Panels[^1].Marks.Select(m => m.Name), Is.EqualTo(new[] { "ellm" }));
        }
    }

    /// <summary>The label of a vertical line goes where long curves do not run, and that of a horizontal one stays at its line.</summary>
    [Test]
    public void Reference_labels_keep_out_of_the_way_of_curves()
    {
        double[] x = [.. Enumerable.Range(0, 300)
            .Select(i => (double)i)], high = [.. x.Select(v => v < 250 ? 100 - (v / 25) : 90 - ((v - 250) * 1.8))];
        SvgPage page =
            Read(new Figure("label", "",
                [new Panel("", new Axis("x"), new Axis("y") { FromZero = true }, [new Curve("a", x, high, Markers: false)])
                {
                    References = [new Reference(100, Vertical: true, "down here"), new Reference(50, Vertical: false, "beside it")],
                }]));
        double[] plot = [.. page.Root.Descendants().First(e => e.Attribute("data-r") is not null).Attribute("data-r")!.Value.Split(' ')
            .Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];
        TextBox down = page.Texts.Single(t => t.Text == "down here"), beside = page.Texts.Single(t => t.Text == "beside it");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(down.Top, Is.GreaterThan(plot[1] + (plot[3] * 0.08)), "below the curve");
            Assert.That(Math.Abs(((beside.Top + beside.Bottom) / 2) - (plot[1] + (plot[3] * 0.5))), Is.LessThan(24), "at its line");
            Assert.That(beside.Right, Is.LessThan(plot[0] + (plot[2] * 0.9)), "not where the curve crosses");
        }
    }

    /// <summary>Policies at the bound itself: the numbers beside their bars stand where the line's label would.</summary>
    [Test]
    public void Share_of_oracle_of_policies_that_reach_it_keeps_its_texts_apart() =>
        Read(Scores.ShareOfOracle([.. Enumerable.Range(0, 14).Select(i => new PolicyShare($"policy-{i}", 1 - (i % 3 * 0.004), 1.01))]));

    [Test]
    public void Largest_triangles_of_a_spike_keeps_the_spike_and_the_ends()
    {
        double[] x = [.. Enumerable.Range(0, 10_000).Select(i => (double)i)], y = new double[10_000];
        y[4321] = 5;
        int[] kept = Thinning.LargestTriangles(x, y, 50);
        Assert.That(kept, Is.Ordered.And.Unique.And.Length.EqualTo(50).And.Member(0).And.Member(4321).And.Member(9999));
    }

    private static SvgPage Draw(Scale scale, double[] x, double[] y) =>
        Read(new Figure("edge", "Edge", [new Panel("", new Axis("x"), new Axis("y") { Scale = scale }, [new Curve("a", x, y)])]));

    private static SvgPage Read(Figure figure)
    {
        SvgPage page = new(SvgRenderer.Render(figure));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Overlaps(), Is.Empty, figure.Name);
            Assert.That(page.OutsideTheFrame(), Is.Empty, figure.Name);
        }
        return page;
    }
}
