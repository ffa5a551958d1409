using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Bounds;

/// <summary>How far the bound lies above what the best order reaches.</summary>
internal sealed class BestOrderTests
{
    private const int Cases = 200;

    private static readonly ConstantTimeModel Time =
        new() { StepPs = 1000, PerSequencePs = 150, PerContextTokenPs = 20, PerPrefillTokenPs = 400, PerPrefillPairPs = 10 };

    /// <summary>Two prompts of 2 tokens: 1000 + 2 x 400 + 3 x 10 ps alone, 2660 ps together. By 2000 ps one can have its token, by
    /// 2660 both.</summary>
    [TestCase(1829, 0)]
    [TestCase(2000, 1)]
    [TestCase(2660, 2)]
    public void The_search_finds_what_two_prompts_can_reach(long ttftPs, int onTime) =>
        Assert.That(new BestOrder([new(0, 2, 1), new(0, 2, 1)], Time, new SloTargets(ttftPs, 1)).Count(), Is.EqualTo(onTime));

    [Test]
    public void The_bound_of_tiny_loads_is_never_below_the_best_order_and_its_distance_is_known()
    {
        int[] distance = new int[5];
        int requests = 0, best = 0, bounds = 0;
        for (ulong seed = 1; seed <= Cases; seed++)
        {
            RandomStream random = RandomStream.Named(seed, "tiny");
            Tiny[] tiny = new Tiny[1 + (int)random.NextBelow(4)];
            long now = 0;
            for (int i = 0; i < tiny.Length; i++)
            {
                now += random.NextBelow(2) == 0 ? 0 : (long)random.NextBelow(4000);
                tiny[i] = new Tiny(now, 1 + (int)random.NextBelow(3), 1 + (int)random.NextBelow(3));
            }
            SloTargets slo = new(1500 + (long)random.NextBelow(4000), 1200 + (long)random.NextBelow(1500));
            int reached = new BestOrder(tiny, Time, slo).Count();
            RequestRecord[] records = [.. tiny.Select(LoadBoundTests.Finished)];
            LoadBound bound = LoadBound.Of(records, Time, new EngineLimits(100, 4, 100, int.MaxValue), 1, slo)!;
            int most = (int)Math.Round(bound.SloAttainment * tiny.Length);
            Assert.That(most, Is.AtLeast(reached), $"seed {seed}: {string.Join(' ', tiny)} {slo}");
            distance[most - reached]++;
            (requests, best, bounds) = (requests + tiny.Length, best + reached, bounds + most);
        }
        TestContext.Out.WriteLine(
            $"{Cases} cases, {requests} requests: the best orders have {best} in time, the bounds say {bounds}; "
            + $"distance 0 in {distance[0]}, 1 in {distance[1]}, 2 in {distance[2]}, 3 in {distance[3]}, 4 in {distance[4]}");
        Assert.That(distance[0], Is.AtLeast(Cases / 2));
        Assert.That(distance[3] + distance[4], Is.Zero);
    }
}
