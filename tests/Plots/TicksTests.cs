using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

public sealed class TicksTests
{
    [TestCase(0, 10, 5, new[] { "0", "2", "4", "6", "8", "10" }, TestName = "Two_a_step")]
    [TestCase(0, 1, 5, new[] { "0", "0.2", "0.4", "0.6", "0.8", "1.0" }, TestName = "Decimals_of_the_step")]
    [TestCase(-5, 5, 4, new[] { "-5", "0", "5" }, TestName = "Through_zero")]
    [TestCase(0, 40_000, 4, new[] { "0", "10k", "20k", "30k", "40k" }, TestName = "Thousands")]
    [TestCase(0, 3e9, 3, new[] { "0", "1G", "2G", "3G" }, TestName = "Billions")]
    public void Linear_range_has_labels_at_one_two_five(double low, double high, int most, string[] labels) =>
        Assert.That(Ticks.Linear(low, high, most).Select(t => t.Label), Is.EqualTo(labels));

    [Test]
    public void Log_two_decades_has_two_and_five_between() =>
        Assert.That(Ticks.Log(0.01, 1, 9).Select(t => t.Label), Is.EqualTo(new[] { "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1" }));

    [Test]
    public void Log_with_little_room_has_decades_only() =>
        Assert.That(Ticks.Log(1, 10_000, 5).Select(t => t.Label), Is.EqualTo(new[] { "1", "10", "100", "1000", "10k" }));

    [TestCase(0.00012345, "0.000123")]
    [TestCase(0.0123, "0.0123")]
    [TestCase(12.345, "12.3")]
    [TestCase(9999.4, "9999")]
    [TestCase(12_345, "12.3k")]
    [TestCase(-5e6, "-5M")]
    [TestCase(1e-9, "1e-9")]
    [TestCase(double.NaN, "undefined")]
    public void Short_value_has_three_significant_digits(double value, string text) => Assert.That(Ticks.Short(value), Is.EqualTo(text));

    [Test]
    public void Fit_text_too_long_ends_in_an_ellipsis_and_fits()
    {
        string cut = TextWidths.Fit("a rather long name of a series", 11, 60);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cut, Does.EndWith("…"));
            Assert.That(TextWidths.Of(cut, 11), Is.LessThanOrEqualTo(60));
        }
    }
}
