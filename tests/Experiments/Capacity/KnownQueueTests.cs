using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>A deployment whose capacity is known in closed form: a batch limit of one and a constant step are the queue M/D/1.</summary>
/// <remarks>
/// Its waiting time (Erlang 1909): P(W &lt;= t) = (1 - rho) sum over k from 0 to t / D of (rho (k - t / D))^k / k! e^(-rho (k - t / D)).
/// With t = 2 D that is (1 - rho) (e^(2 rho) - rho e^rho).
/// </remarks>
internal sealed class KnownQueueTests
{
    private const double ServiceS = 0.010;

    private static readonly GeneratorSpec Poisson = new("poisson", new PoissonArrivals(1), new ConstantLengths(16), new ConstantLengths(1));

    [TestCase(0.9, 0.05)]
    [TestCase(0.99, 0.1)]
    public void Capacity_is_that_of_M_D_1(double target, double seen)
    {
        double exact = Load(target) / ServiceS;
        // One token a request: TTFT is the wait and one step, so an objective of three steps is a wait of two.
        CapacityResult found = Search(target, jobs: 2);
        CapacityBracket bracket = found.Bracket!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exact, Is.InRange(bracket.LowRatePerS!.Value, bracket.HighRatePerS!.Value), "within the interval");
            Assert.That(found.CapacityPerS, Is.EqualTo(exact).Within(2).Percent);
            Assert.That(exact * (1 - seen), Is.LessThan(bracket.LowRatePerS), "the interval would notice a service time that much too long");
            Assert.That(exact * (1 + seen), Is.GreaterThan(bracket.HighRatePerS), "the interval would notice a service time that much too short");
            Assert.That(found.Limit, Is.EqualTo("TTFT"));
            Assert.That(found.GoodputPerS, Is.EqualTo(found.CapacityPerS * bracket.Highest!.Attainment).Within(1).Percent,
                "what was served");
            Assert.That(
                found.UsdPerMillionTokens,
                Is.EqualTo(found.PriceUsdPerHour / 3600 / bracket.Highest.ServedPerS * 1e6).Within(1e-9), "one token a request");
        }
    }

    [Test]
    public void Threads_change_nothing()
    {
        CapacityResult one = Search(0.9, jobs: 1, requests: 500), many = Search(0.9, jobs: 7, requests: 500);
        Assert.That(many.Bracket!.Tested, Is.EqualTo(one.Bracket!.Tested));
        Assert.That((many.CapacityPerS, many.Bracket.LowRatePerS, many.Bracket.HighRatePerS), Is.EqualTo((one.CapacityPerS, one.Bracket.LowRatePerS, one.Bracket.HighRatePerS)));
    }

    [Test]
    public void An_objective_below_the_service_time_is_missed_unloaded()
    {
        CapacityResult found = Search(0.9, jobs: 2, requests: 200, ttftSteps: 0.9);
        Assert.That(found.CapacityPerS, Is.Null);
        Assert.That(found.Reason, Does.StartWith("misses the target unloaded: 0.0 % met the objectives at "));
    }

    private static CapacityResult Search(double target, int jobs, int requests = 8000, double ttftSteps = 3)
    {
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"),
        [
            new("engine.max_num_seqs", "1"),
            new("timing.model", "constant:step_us=10000"),
            new("slo.ttft_s", FormattableString.Invariant($"{ttftSteps * ServiceS}")),
            new("slo.tpot_s", "1"),
        ]);
        CapacityStudy study = new(
            new GeneratedWorkload(Poisson, requests, seed: 1),
            new CapacityGoal(target, Draws: 10, Tolerance: 0.005, Finite: true), new GpuPrices());
        return study.Run([config], startPerS: null, SimulationOptions.Default, jobs)[0];
    }

    /// <summary>The load at which that share waits at most two service times.</summary>
    private static double Load(double share)
    {
        double low = 0, high = 1;
        while (high - low > 1e-12)
        {
            double rho = (low + high) / 2;
            double met = (1 - rho) * (Math.Exp(2 * rho) - (rho * Math.Exp(rho)));
            (low, high) = met >= share ? (rho, high) : (low, rho);
        }
        return low;
    }
}
