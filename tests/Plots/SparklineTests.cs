using ELLM.Sim.Plots;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

public sealed class SparklineTests
{
    [TestCase(new double[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 8, "▁▂▃▄▅▆▇█")]
    [TestCase(new double[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 2, "▁█")]
    [TestCase(new double[] { 4, 4, 4 }, 9, "▁▁▁")]
    [TestCase(new[] { 1, double.NaN, 3 }, 3, "▁·█")]
    [TestCase(new[] { double.NaN }, 1, "·")]
    [TestCase(new double[] { }, 5, "")]
    [TestCase(new double[] { 1, 2 }, 0, "")]
    public void Of_values_is_one_character_a_cell(double[] values, int width, string line) =>
        Assert.That(Sparkline.Of(values, width), Is.EqualTo(line));

    [TestCase(0, 4, "    ")]
    [TestCase(1, 4, "████")]
    [TestCase(0.5, 4, "██  ")]
    [TestCase(0.28, 4, "█▏  ")]
    [TestCase(7, 2, "██")]
    [TestCase(double.NaN, 3, "   ")]
    public void Bar_share_fills_its_part(double share, int width, string bar) => Assert.That(Sparkline.Bar(share, width), Is.EqualTo(bar));
}
