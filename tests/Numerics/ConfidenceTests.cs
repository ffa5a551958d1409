using ELLM.Sim.Numerics;
using MathNet.Numerics.Statistics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

internal sealed class ConfidenceTests
{
    [Test]
    public void Factors_are_those_of_the_distribution()
    {
        for (int degrees = 1; degrees <= 200; degrees++)
        {
            double exact = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, degrees, 0.975);
            Assert.That(Confidence.Factor95(degrees), Is.EqualTo(exact).Within(1e-5 * exact), $"{degrees} degrees of freedom");
        }
    }

    [Test]
    public void Half_width_is_t_times_the_standard_error()
    {
        double[] values = [1, 2, 4, 8];
        double expected = 3.182446305 * values.StandardDeviation() / 2;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Confidence.HalfWidth95(values), Is.EqualTo(expected).Within(1e-9));
            Assert.That(Confidence.HalfWidth95([5.0]), Is.Null);
        }
    }
}
