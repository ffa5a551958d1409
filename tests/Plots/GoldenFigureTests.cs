using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Svg;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

/// <summary>Pictures as bytes. After a change that is meant: <c>ELLM_UPDATE_GOLDEN=1 dotnet test --filter GoldenFigureTests</c>,
/// look at the files, commit them.</summary>
public sealed class GoldenFigureTests
{
    private static string Folder => Path.Combine(Timing.RepositoryRoot.Find(), "tests", "Plots", "Golden");

    [TestCaseSource(nameof(Names))]
    public void Render_sample_figure_gives_the_golden_bytes(string name)
    {
        string svg = SvgRenderer.Render(SampleFigures.All.Single(f => f.Name == name)), file = Path.Combine(Folder, name + ".svg");
        if (Environment.GetEnvironmentVariable("ELLM_UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, svg);
        Assert.That(svg, Is.EqualTo(File.ReadAllText(file)));
    }

    [TestCaseSource(nameof(Names))]
    public void Render_sample_figure_keeps_its_texts_apart_and_inside(string name)
    {
        SvgPage page = new(SvgRenderer.Render(SampleFigures.All.Single(f => f.Name == name)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Overlaps(), Is.Empty);
            Assert.That(page.OutsideTheFrame(), Is.Empty);
        }
    }

    [Test]
    public void Render_in_another_culture_gives_the_same_bytes()
    {
        Figure figure = SampleFigures.All[0];
        string here = SvgRenderer.Render(figure), there = "";
        Thread thread = new(() =>
        {
            Thread.CurrentThread.CurrentCulture =
                new System.Globalization.CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            there = SvgRenderer.Render(figure);
        });
        thread.Start();
        thread.Join();
        Assert.That(there, Is.EqualTo(here));
    }

    [Test]
    public void Golden_holds_nothing_else() =>
        Assert.That(Directory.EnumerateFiles(Folder).Select(Path.GetFileNameWithoutExtension), Is.EquivalentTo(Names));

    private static IEnumerable<string> Names => SampleFigures.All.Select(f => f.Name);
}
