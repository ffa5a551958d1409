using System.Globalization;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>The bound of a load is one: no scheduler, layout and overflow passes it.</summary>
internal sealed class BoundTests
{
    /// <summary>Cases of a run by hand: <c>ELLM_BOUND=10000</c>.</summary>
    private static readonly int Cases =
        int.Parse(Environment.GetEnvironmentVariable("ELLM_BOUND") ?? "600", CultureInfo.InvariantCulture);

    [Test]
    public void No_run_passes_the_bound_of_its_load()
    {
        int below = 0, tried = 0;
        Law.Holds(random => Staged(Scenarios.Any(random) with { Users = 0 }, random.Next(6) == 0 ? 2 : 1), Cases, 1201, scenario =>
        {
            RunOutcome outcome = Rig.Run(scenario);
            long step = Clockworks.StepPs(scenario.Clockwork);
            foreach (int slow in (int[])[1, 3, 10, 60])
            {
                Objectives asked = Objectives.Tpot | (scenario.Variant % 4 == 0 ? Objectives.E2e : Objectives.Ttft);
                SloTargets slo = new(slow * 5 * step, slow * step, slow * 20 * step, asked);
                int processors = scenario.Replicas * scenario.Stages;
                LoadBound? bound = LoadBound.Of(outcome.Records, scenario.Time, scenario.Limits, processors, slo);
                if (scenario.Clockwork == Clockwork.Pieces)
                {
                    Assert.That(bound, Is.Null, "a model without floors");
                    continue;
                }
                tried++;
                below += bound!.SloAttainment < 1 ? 1 : 0;
                Holds(outcome.Records, slo, bound);
            }
        });
        TestContext.Out.WriteLine($"{Cases} cases: {tried} bounds, {below} of them below 100 %");
        Assert.That(below, Is.GreaterThan(tried / 10));
    }

    private static Scenario Staged(Scenario scenario, int stages) =>
        scenario.Scheduler.UsesHost || scenario.Policy.Layout is "vmm" or "live" or "layer-paged"
            ? scenario
            : scenario with { Stages = stages };

    private static void Holds(RequestRecord[] records, SloTargets slo, LoadBound bound)
    {
        int met = records.Count(r => slo.Meets(r));
        Assert.That((double)met / records.Length, Is.LessThanOrEqualTo(bound.SloAttainment), "attainment");
        RequestRecord[] served = [.. records.Where(r => r.Status == RequestStatus.Finished)];
        if (served.Length == 0)
            return;
        double windowS = (served.Max(r => r.FinishPs) - records.Min(r => r.ArrivalPs)) / 1e12;
        Assert.That(met / windowS, Is.LessThanOrEqualTo(bound.GoodputPerS!.Value), "goodput");
        double tokensPerS = served.Sum(r => (long)r.EmittedTokens) / windowS;
        Assert.That(tokensPerS, Is.LessThanOrEqualTo(bound.OutputTokensPerS!.Value), "output tokens a second");
    }
}
