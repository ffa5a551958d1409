using ELLM.Sim.Numerics;
using MathNet.Numerics.Distributions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

internal sealed class MeanIntervalTests
{
    /// <summary>t quantiles at 0.975 from printed tables: 12.7062, 4.3027, 2.2622 at 1, 2 and 9 degrees of freedom.</summary>
    [TestCase(new[] { 1.0, 3.0 }, 2.0, 12.7062)]
    [TestCase(new[] { 1.0, 2.0, 3.0 }, 2.0, 4.3027 / 1.7320508)]
    [TestCase(new[] { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0 }, 5.5, 2.2622 * 0.9574271)]
    public void Half_width_is_students(double[] values, double mean, double halfWidth)
    {
        MeanInterval interval = MeanInterval.Of(values);
        Assert.That(interval.Mean, Is.EqualTo(mean));
        Assert.That(interval.HalfWidth, Is.EqualTo(halfWidth).Within(1e-4));
    }

    /// <summary>From printed tables, to their last digit.</summary>
    [TestCase(1, 12.706205)]
    [TestCase(4, 2.776445)]
    [TestCase(30, 2.042272)]
    [TestCase(120, 1.979930)]
    public void Quantiles_are_those_of_tables(int degrees, double expected) =>
        Assert.That(MeanInterval.Quantile(degrees), Is.EqualTo(expected));

    /// <summary>No quantile lies so near the middle between two roundings that another platform's last bits could move it.</summary>
    [Test]
    public void Rounded_quantiles_do_not_depend_on_the_last_bits()
    {
        const double LastBits = 1e-11;
        for (int degrees = 1; degrees < 1000; degrees++)
        {
            double exact = StudentT.InvCDF(0, 1, degrees, 0.975), rounded = MeanInterval.Quantile(degrees);
            Assert.That(Math.Abs(exact - rounded), Is.LessThan(0.5e-6 - LastBits), $"{degrees} degrees of freedom");
        }
    }

    [Test]
    public void One_value_has_no_interval_and_none_no_mean()
    {
        Assert.That(MeanInterval.Of([4]), Is.EqualTo(new MeanInterval(1, 4, null)));
        Assert.That(MeanInterval.Of([]), Is.EqualTo(new MeanInterval(0, null, null)));
    }
}
