using ELLM.Sim.Numerics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

[TestFixture]
public sealed class RandomStreamTests
{
    [Test]
    public void Stream_seed0_starts_with_the_bits_written_down()
    {
        // xoshiro256** from SplitMix64(0); computed independently from the published recurrences.
        RandomStream random = new(0);
        Assert.That(new[] { random.NextBits(), random.NextBits(), random.NextBits() },
            Is.EqualTo(new[] { 0x99ec5f36cb75f2b4UL, 0xbf6e1f784956452aUL, 0x1a5f849d4933e6e0UL }));
    }

    [TestCase("", 0xcbf29ce484222325UL)]
    [TestCase("a", 0xaf63dc4c8601ec8cUL)]
    [TestCase("foobar", 0x85944171f73967e8UL)]
    public void Hash_name_published_vectors_match(string name, ulong expected) =>
        Assert.That(RandomStream.HashName(name), Is.EqualTo(expected));

    [Test]
    public void Named_same_name_and_seed_same_bits_other_name_or_seed_others()
    {
        ulong first = RandomStream.Named(7, "arrivals").NextBits();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RandomStream.Named(7, "arrivals").NextBits(), Is.EqualTo(first));
            Assert.That(RandomStream.Named(7, "input").NextBits(), Is.Not.EqualTo(first));
            Assert.That(RandomStream.Named(8, "arrivals").NextBits(), Is.Not.EqualTo(first));
        }
    }

    [Test]
    public void Next_below_small_range_is_uniform()
    {
        RandomStream random = new(3);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[(int)random.NextBelow(7)]++;
        // Chi squared with 6 degrees of freedom: 22.5 is the 0.1 % point.
        Assert.That(counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000), Is.LessThan(22.5));
        Assert.That(() => random.NextBelow(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(random.NextBelow(1), Is.Zero);
    }

    [Test]
    public void Samplers_many_draws_have_their_moments()
    {
        RandomStream random = new(11);
        using (Assert.EnterMultipleScope())
        {
            Check(() => Distributions.Exponential(random, 2), 2, 2);
            Check(() => Distributions.Normal(random), 0, 1);
            Check(() => Distributions.Gamma(random, 3, 2), 6, Math.Sqrt(12));
            Check(() => Distributions.Gamma(random, 0.25, 2), 0.5, 1);
            Check(() => Distributions.Weibull(random, 2, 1), Math.Sqrt(Math.PI) / 2, Math.Sqrt(1 - Math.PI / 4));
            Check(() => Distributions.Lognormal(random, 1, 0.5), Math.Exp(1.125), Math.Exp(1.125) * Math.Sqrt(Math.Exp(0.25) - 1));
            Check(() => Distributions.Geometric(random, 0.4), 2.5, Math.Sqrt(0.6) / 0.4);
            Check(() => Distributions.Choice(random, [1, 0, 3]), 1.5, Math.Sqrt(0.75));
        }
    }

    [Test]
    public void Zipf_weights_three_ranks_are_inverse_to_the_rank() =>
        Assert.That(Distributions.ZipfWeights(3, 1), Is.EqualTo(new[] { 6 / 11.0, 3 / 11.0, 2 / 11.0 }).Within(1e-12));

    private static void Check(Func<double> draw, double mean, double deviation)
    {
        const int n = 200_000;
        double sum = 0, squares = 0;
        for (int i = 0; i < n; i++)
        {
            double x = draw();
            sum += x;
            squares += (x - mean) * (x - mean);
        }
        // Five standard errors for the mean; the deviation of skewed laws gets 3 %.
        Assert.That(sum / n, Is.EqualTo(mean).Within(5 * deviation / Math.Sqrt(n)));
        Assert.That(Math.Sqrt(squares / n), Is.EqualTo(deviation).Within(0.03 * deviation));
    }
}
