using ELLM.Sim.Experiments.Sweeps.Results;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps.Results;

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

    [Test]
    public void One_value_has_no_interval_and_none_no_mean()
    {
        Assert.That(MeanInterval.Of([4]), Is.EqualTo(new MeanInterval(1, 4, null)));
        Assert.That(MeanInterval.Of([]), Is.EqualTo(new MeanInterval(0, null, null)));
    }
}
