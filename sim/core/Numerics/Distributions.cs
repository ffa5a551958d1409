namespace ELLM.Sim.Numerics;

/// <summary>Samplers built from uniform numbers, + - * / and sqrt, and <see cref="DeterministicMath"/>: same bytes everywhere.</summary>
public static class Distributions
{
    /// <summary>Exponential with the given mean: inversion of 1 - u.</summary>
    public static double Exponential(RandomStream random, double mean) => -mean * DeterministicMath.Log(random.NextPositive());

    /// <summary>Standard normal: Marsaglia's polar method, one of the pair, so that a draw depends on no earlier call.</summary>
    public static double Normal(RandomStream random)
    {
        while (true)
        {
            double x = 2 * random.NextDouble() - 1;
            double y = 2 * random.NextDouble() - 1;
            double r = x * x + y * y;
            if (r is > 0 and < 1)
                return x * Math.Sqrt(-2 * DeterministicMath.Log(r) / r);
        }
    }

    /// <summary>exp(mu + sigma Z), natural logarithm.</summary>
    public static double Lognormal(RandomStream random, double mu, double sigma) =>
        DeterministicMath.Exp(mu + sigma * Normal(random));

    /// <summary>Gamma with the given shape and scale (mean = shape * scale).</summary>
    /// <remarks>Marsaglia and Tsang, ACM TOMS 26, 2000; a shape below 1 is raised by 1 and multiplied by u^(1/shape).</remarks>
    public static double Gamma(RandomStream random, double shape, double scale)
    {
        if (shape < 1)
        {
            double boost = DeterministicMath.Pow(random.NextPositive(), 1 / shape);
            return Gamma(random, shape + 1, scale) * boost;
        }
        double d = shape - 1.0 / 3.0;
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(random);
            double v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            double u = random.NextPositive();
            if (DeterministicMath.Log(u) < 0.5 * x * x + d - d * v + d * DeterministicMath.Log(v))
                return d * v * scale;
        }
    }

    /// <summary>Weibull with the given shape and scale: inversion.</summary>
    public static double Weibull(RandomStream random, double shape, double scale) =>
        scale * DeterministicMath.Pow(-DeterministicMath.Log(random.NextPositive()), 1 / shape);

    /// <summary>Trials up to and including the first success: 1, 2, …; mean 1 / <paramref name="success"/>.</summary>
    public static int Geometric(RandomStream random, double success)
    {
        if (success >= 1)
            return 1;
        double trials = Math.Ceiling(DeterministicMath.Log(random.NextPositive()) / DeterministicMath.Log(1 - success));
        return trials < 1 ? 1 : trials >= int.MaxValue ? int.MaxValue : (int)trials;
    }

    /// <summary>Index drawn with the given weights, which need not add up to 1.</summary>
    public static int Choice(RandomStream random, ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
            total += weight;
        double at = random.NextDouble() * total;
        for (int i = 0; i < weights.Length - 1; i++)
        {
            at -= weights[i];
            if (at < 0)
                return i;
        }
        return weights.Length - 1;
    }

    /// <summary>Weights 1 / rank^<paramref name="exponent"/> of <paramref name="count"/> ranks, adding up to 1.</summary>
    public static double[] ZipfWeights(int count, double exponent)
    {
        double[] weights = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++)
            total += weights[i] = DeterministicMath.Pow(i + 1, -exponent);
        for (int i = 0; i < count; i++)
            weights[i] /= total;
        return weights;
    }
}
