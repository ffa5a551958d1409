using System.Security.Cryptography;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Pictures;
using NUnit.Framework;
using ScottPlot;
using SkiaSharp;

namespace ELLM.Sim.Tests.Plots.Pictures;

/// <summary>Pixels: their size, their weight, their words.</summary>
internal sealed class PictureTests
{
    private const int MostBytes = 400_000, MeanBytes = 150_000;

    private static IEnumerable<Figure> Figures => SampleFigures.All;

    [TestCaseSource(nameof(Figures))]
    public void Picture_has_the_size_that_is_asked_for_in_both_forms_and_both_themes(Figure figure)
    {
        foreach (PictureFormat format in Enum.GetValues<PictureFormat>())
        {
            foreach (bool dark in (bool[])[false, true])
            {
                byte[] bytes = PictureRenderer.Render(figure, new PictureOptions(format, dark));
                using SKBitmap pixels = SKBitmap.Decode(bytes);
                using (Assert.EnterMultipleScope())
                {
                    Assert.That((pixels.Width, pixels.Height), Is.EqualTo((PictureOptions.DefaultWidth, PictureOptions.DefaultHeight)));
                    Assert.That(pixels.GetPixel(1, 1), Is.EqualTo(SKColor.Parse(dark ? "#1B1F24" : "#FFFFFF")));
                    Assert.That(bytes, Has.Length.LessThan(MostBytes));
                }
            }
        }
    }

    [Test]
    public void Pictures_are_light_enough_to_paste() =>
        Assert.That(Figures.Average(f => PictureRenderer.Render(f, new PictureOptions()).Length), Is.LessThan(MeanBytes));

    [Test]
    public void Same_figure_gives_the_same_bytes()
    {
        byte[] first = PictureRenderer.Render(SampleFigures.All[0], new PictureOptions());
        Assert.That(PictureRenderer.Render(SampleFigures.All[0], new PictureOptions()), Is.EqualTo(first));
    }

    [Test]
    public void Rows_of_panels_that_do_not_fit_make_the_picture_taller()
    {
        Figure tall = Strip(panels: 20, columns: 1);
        using SKBitmap pixels = SKBitmap.Decode(PictureRenderer.Render(tall, new PictureOptions()));
        Assert.That(pixels.Height, Is.GreaterThan(1500));
    }

    [Test]
    public void Columns_that_do_not_fit_are_one_line() => Assert.That(
        () => PictureRenderer.Render(Strip(panels: 6, columns: 6), new PictureOptions(Width: 300)),
        Throws.TypeOf<InputException>().With.Message.EqualTo("figure strip: 6 columns of panels do not fit 300 pixels"));

    [TestCase(BundledFont.RegularFile, "7da195a74c55bef988d0d48f9508bd5d849425c1770dba5d7bfc6ce9ed848954")]
    [TestCase(BundledFont.BoldFile, "e6476c1b80502924294eed40894c5b18e06c181444ca953e5334262df9c27724")]
    public void Bundled_font_is_deja_vu_2_37_unmodified(string file, string sha256)
    {
        using Stream stream = BundledFont.Open(file);
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(stream)), Is.EqualTo(sha256));
        string licence = Path.Combine(Timing.RepositoryRoot.Find(), "plots", "Pictures", "Fonts", "LICENSE");
        Assert.That(File.ReadAllText(licence), Does.Contain("Bitstream Vera"));
    }

    [Test]
    public void Every_name_of_a_font_gives_the_bundled_one()
    {
        BundledFont font = BundledFont.Install();
        Assert.That(Fonts.FontResolvers, Is.EqualTo(new IFontResolver[] { font }), "the machine's fonts are never asked");
        foreach (string name in (string[])[Fonts.Default, Fonts.Sans, Fonts.Serif, Fonts.Monospace, "Arial", "Comic Sans MS"])
        {
            SKTypeface face = Fonts.GetTypeface(name, bold: false, italic: false);
            Assert.That(face.FamilyName, Is.EqualTo("DejaVu Sans"), name);
            Assert.That(face, Is.SameAs(font.CreateTypeface(name, bold: false, italic: false)), name);
        }
    }

    private static Figure Strip(int panels, int columns) => new(
        "strip", "Many panels",
        [.. Enumerable.Range(0, panels)
            .Select(i => new ELLM.Sim.Plots.Charts.Panel($"panel {i}", new Axis("x"), new Axis("y"), [new Curve("a", [0, 1], [i, 1])]))])
    {
        Columns = columns,
    };
}
