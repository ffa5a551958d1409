using ELLM.Sim.Timing.Kinds;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Kinds;

/// <summary>How many experts a batch touches, how busy the busiest rank is.</summary>
internal sealed class ExpertRoutingTests
{
    private const int Block = 64;

    private static ExpertLoad Load(string routing, int experts, int top, int ranks, int tokens) =>
        ExpertRouting.Parse(routing).Load(experts, top, ranks, tokens, Block);

    // E experts of which a token takes k: all experts after E/k tokens; each then has T k / E tokens, padded to whole tiles of 64.
    [TestCase(1, 8, 8, 8 * 64)]
    [TestCase(4, 32, 32, 32 * 64)]
    [TestCase(16, 128, 128, 128 * 64)]
    [TestCase(2048, 128, 16384, 128 * 128)]
    public void Balanced_routing_touches_as_many_experts_as_there_are_pairs(int tokens, double distinct, double pairs, double padded) =>
        Assert.That(Load("balanced", 128, 8, 1, tokens), Is.EqualTo(new ExpertLoad(distinct, pairs, padded)));

    // E (1 - (1 - k/E)^T), as drawn at random.
    [TestCase(128, 8, 1, 8)]
    [TestCase(128, 8, 16, 82)]
    [TestCase(256, 8, 64, 222)]
    [TestCase(512, 10, 64, 367)]
    public void Uniform_routing_touches_what_random_draws_do(int experts, int top, int tokens, double distinct) =>
        Assert.That(Load("uniform", experts, top, 1, tokens).Distinct, Is.EqualTo(distinct).Within(0.6));

    // Means of draws from the law by the generator that the measured tables were made with.
    [TestCase(128, 4, 1, 4)]
    [TestCase(128, 4, 16, 43)]
    [TestCase(128, 4, 64, 94)]
    [TestCase(128, 4, 256, 113)]
    [TestCase(128, 8, 16, 60)]
    [TestCase(128, 8, 64, 119)]
    [TestCase(256, 8, 16, 84)]
    [TestCase(256, 8, 64, 190)]
    [TestCase(256, 8, 256, 223)]
    [TestCase(512, 10, 16, 133)]
    [TestCase(512, 10, 64, 318)]
    [TestCase(512, 10, 256, 402)]
    public void A_power_law_touches_fewer(int experts, int top, int tokens, double distinct) =>
        Assert.That(Load("power-law:1.2", experts, top, 1, tokens).Distinct, Is.EqualTo(distinct).Within(0.18 * distinct));

    // Load of the busiest of several expert-parallel ranks over the mean: random draws, and the law.
    [TestCase("uniform", 8, 64, 1.18, 0.05)]
    [TestCase("uniform", 8, 4096, 1.02, 0.02)]
    [TestCase("uniform", 32, 64, 1.5, 0.05)]
    [TestCase("uniform", 32, 4096, 1.06, 0.03)]
    [TestCase("power-law:1.2", 8, 64, 1.4, 0.15)]
    [TestCase("power-law:1.2", 8, 4096, 1.6, 0.1)]
    [TestCase("power-law:1.2", 32, 64, 2.0, 0.2)]
    public void The_busiest_rank_waits_longer_than_the_mean(string routing, int ranks, int tokens, double over, double within) =>
        Assert.That(Load(routing, 256, 8, ranks, tokens).Pairs / (tokens * 8.0 / ranks), Is.EqualTo(over).Within(within * over));

    [FsCheck.NUnit.Property(Replay = "7654321,11", MaxTest = 200)]
    public bool Work_is_within_what_there_is(PositiveInt experts, PositiveInt top, PositiveInt tokens, PositiveInt routing)
    {
        int count = experts.Get % 300 + 1;
        int k = (top.Get - 1) % count + 1;
        int t = tokens.Get % 5000 + 1;
        string name = (routing.Get % 3) switch { 0 => "balanced", 1 => "uniform", _ => "power-law:1.2" };
        ExpertLoad load = Load(name, count, k, 1, t);
        double all = (double)t * k;
        return load.Distinct > 0 && load.Distinct <= Math.Min(count, all) + 1e-9 && Math.Abs(load.Pairs - all) < 1e-6 * all
            && load.Padded >= load.Distinct - 1e-9;
    }

    [TestCase("skewed")]
    [TestCase("power-law:1")]
    [TestCase("power-law:-1")]
    [TestCase("power-law:")]
    public void An_unknown_routing_is_one_line(string text) => Assert.That(
        () => ExpertRouting.Parse(text),
        Throws.TypeOf<InputException>().With.Message.EqualTo(
            $"timing.routing: expected balanced, uniform or power-law:A with A above 0, up to 10 and not 1, found {text}"));
}
