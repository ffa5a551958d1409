using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Independent exponential gaps.</summary>
public sealed record PoissonArrivals(double RatePerS) : ArrivalSpec
{
    public override double NominalRatePerS => RatePerS;

    internal override double[] Sample(int count, RandomStream random) =>
        Accumulate(count, () => Distributions.Exponential(random, 1 / RatePerS));
}

/// <summary>Independent Gamma gaps of mean 1/rate: coefficient of variation 1/sqrt(shape), bursty below shape 1.</summary>
public sealed record GammaArrivals(double RatePerS, double Shape) : ArrivalSpec
{
    public override double NominalRatePerS => RatePerS;

    internal override double[] Sample(int count, RandomStream random) =>
        Accumulate(count, () => Distributions.Gamma(random, Shape, 1 / (RatePerS * Shape)));

    internal override void Check(string where)
    {
        base.Check(where);
        Within(Shape, 1e-3, 1e6, $"{where}.shape");
    }
}

/// <summary>Independent Weibull gaps with the given shape and scale [s].</summary>
public sealed record WeibullArrivals(double Shape, double ScaleS) : ArrivalSpec
{
    /// <summary>1 / (scale * Gamma(1 + 1/shape)).</summary>
    public override double NominalRatePerS => 1 / (ScaleS * DeterministicGamma.Of(1 + 1 / Shape));

    internal override double[] Sample(int count, RandomStream random) =>
        Accumulate(count, () => Distributions.Weibull(random, Shape, ScaleS));

    internal override void Check(string where)
    {
        Within(Shape, 1e-2, 1e6, $"{where}.shape");
        Within(ScaleS, 1e-9, LongestS, $"{where}.scale_s");
        base.Check(where);
    }
}
