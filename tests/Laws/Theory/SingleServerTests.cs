using ELLM.Sim.Numerics;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws.Theory;

/// <summary>Waiting times against closed forms, within confidence bounds that 2.5 % of wrong service time would leave.</summary>
/// <remarks>
/// M/D/1: W = rho D / (2 (1 - rho)). M/G/1 (Pollaczek-Khinchine): W = lambda E[S^2] / (2 (1 - rho)), with the exact moments of the
/// service times drawn here.
/// </remarks>
internal sealed class SingleServerTests
{
    private const double Level = 0.99;
    private const int Replications = 20;
    private const int Requests = 25_000;
    private const double Step = (double)SingleServer.StepPs / SimTime.PsPerSecond;

    [TestCase(0.3)]
    [TestCase(0.6)]
    public void One_token_a_request_waits_as_in_M_D_1(double load) =>
        Check(load, 1, 1, _ => 1);

    [Test]
    public void Forty_tokens_a_request_wait_as_in_M_D_1() =>
        Check(0.6, 40, 1600, _ => 40);

    [TestCase(0.5)]
    public void Short_and_long_requests_wait_as_in_M_G_1(double load) =>
        // Three of four have 10 tokens, the others 50: E[S] = 20, E[S^2] = 75 + 625 = 700 steps squared.
        Check(load, 20, 700, random => random.NextBelow(4) < 3 ? 10 : 50);

    [Test]
    public void Geometric_lengths_wait_as_in_M_G_1()
    {
        // Mean 1/p = 25 and second moment (2 - p) / p^2.
        const double P = 0.04;
        Check(0.6, 1 / P, (2 - P) / (P * P), random => Distributions.Geometric(random, P));
    }

    [Test]
    public void Uniform_lengths_wait_as_in_M_G_1() =>
        // 1 to 99: mean 50, second moment 99 * 100 * 199 / 6 / 99.
        Check(0.65, 50, 100 * 199 / 6.0, random => 1 + (int)random.NextBelow(99));

    private static void Check(double load, double meanTokens, double meanSquare, Func<RandomStream, int> tokens)
    {
        double[] waits = new SingleServer(load, meanTokens, tokens).MeanWaits(Replications, Requests);
        (double low, double high) = SingleServer.Confidence(waits, Level);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Wait(1), Is.InRange(low, high));
            Assert.That(Wait(1.025), Is.GreaterThan(high), "the bound would not notice a service time 2.5 % too long");
            Assert.That(Wait(0.975), Is.LessThan(low), "the bound would not notice a service time 2.5 % too short");
        }

        // Service times stretched by a factor, arrivals as they are.
        double Wait(double factor) => load / (meanTokens * Step) * meanSquare * Step * Step * factor * factor / (2 * (1 - (load * factor)));
    }
}
