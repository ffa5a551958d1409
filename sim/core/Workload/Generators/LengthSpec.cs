using System.Text.Json.Serialization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>A distribution of token counts. Samples are rounded to the nearest whole token and are at least 1.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ConstantLengths), "constant")]
[JsonDerivedType(typeof(UniformLengths), "uniform")]
[JsonDerivedType(typeof(QuantileLengths), "quantiles")]
[JsonDerivedType(typeof(MixtureLengths), "lognormal_mixture")]
[JsonDerivedType(typeof(WeibullLengths), "weibull")]
[JsonDerivedType(typeof(GammaLengths), "gamma")]
[JsonDerivedType(typeof(BlendLengths), "blend")]
[JsonDerivedType(typeof(GeometricLengths), "geometric")]
public abstract record LengthSpec
{
    internal abstract double Draw(RandomStream random);

    internal abstract void Check(string where);

    internal int Sample(RandomStream random)
    {
        double value = Math.Round(Draw(random), MidpointRounding.AwayFromZero);
        return value >= int.MaxValue ? int.MaxValue : value >= 1 ? (int)value : 1;
    }

    private protected static double Clip(double value, double? min, double? max) =>
        value < min ? min.Value : value > max ? max.Value : value;

    private protected static void Positive(double value, string what)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new InputException(FormattableString.Invariant($"{what}: expected a number above 0, found {value}"));
    }
}

/// <summary>The same length every time.</summary>
public sealed record ConstantLengths(int Tokens) : LengthSpec
{
    internal override double Draw(RandomStream random) => Tokens;

    internal override void Check(string where) => Positive(Tokens, $"{where}.tokens");
}

/// <summary>Whole numbers from <paramref name="Min"/> to <paramref name="Max"/>, all equally likely. Also a point mass of a few
/// values.</summary>
public sealed record UniformLengths(int Min, int Max) : LengthSpec
{
    internal override double Draw(RandomStream random) => Min + (double)random.NextBelow((ulong)(Max - (long)Min + 1));

    internal override void Check(string where)
    {
        Positive(Min, $"{where}.min");
        if (Max < Min)
            throw new InputException($"{where}: max {Max} is below min {Min}");
    }
}

/// <summary>Lognormal mixture, clipped to [min, max].</summary>
public sealed record MixtureLengths(double[] Weights, double[] Mu, double[] Sigma, double? Min = null, double? Max = null) : LengthSpec
{
    private readonly LognormalMixture _mixture = new(Weights, Mu, Sigma);

    internal override double Draw(RandomStream random) => Clip(_mixture.Sample(random), Min, Max);

    internal override void Check(string where) => _mixture.Check(where);
}

/// <summary>Weibull with <c>P(X &gt; x) = exp(-(x / scale)^shape)</c>, clipped to [min, max].</summary>
public sealed record WeibullLengths(double Shape, double Scale, double? Min = null, double? Max = null) : LengthSpec
{
    internal override double Draw(RandomStream random) => Clip(Distributions.Weibull(random, Shape, Scale), Min, Max);

    internal override void Check(string where)
    {
        Positive(Shape, $"{where}.shape");
        Positive(Scale, $"{where}.scale");
    }
}

/// <summary>Gamma with mean shape * scale, clipped to [min, max].</summary>
public sealed record GammaLengths(double Shape, double Scale, double? Min = null, double? Max = null) : LengthSpec
{
    internal override double Draw(RandomStream random) => Clip(Distributions.Gamma(random, Shape, Scale), Min, Max);

    internal override void Check(string where)
    {
        Positive(Shape, $"{where}.shape");
        Positive(Scale, $"{where}.scale");
    }
}

/// <summary>Whole numbers from 1, each continued with the same chance: mean 1 / <paramref name="Success"/>.</summary>
public sealed record GeometricLengths(double Success) : LengthSpec
{
    internal override double Draw(RandomStream random) => Distributions.Geometric(random, Success);

    internal override void Check(string where) => ArrivalSpec.Within(Success, 1e-6, 1, $"{where}.success");
}

/// <summary>One of several distributions, by weight: long prompts among short ones, point masses.</summary>
public sealed record BlendLengths(BlendPart[] Parts) : LengthSpec
{
    internal override double Draw(RandomStream random) =>
        Parts[Distributions.Choice(random, [.. Parts.Select(part => part.Weight)])].Of.Draw(random);

    internal override void Check(string where)
    {
        if (Parts.Length == 0 || Parts.Any(part => !(part.Weight >= 0)) || !(Parts.Sum(part => part.Weight) > 0))
            throw new InputException($"{where}: a blend needs parts whose weights are not negative, one of them above 0");
        foreach (BlendPart part in Parts)
            part.Of.Check($"{where}.parts");
    }
}

public sealed record BlendPart(double Weight, LengthSpec Of);
