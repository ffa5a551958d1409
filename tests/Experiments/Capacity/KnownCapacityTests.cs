using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>Intervals hold the capacity where it is known: over the seeds 1 to 100, at least 88 times where 95 are promised.</summary>
/// <remarks>
/// A batch limit of one and a constant step are a queue with one server, whose capacity follows from its waiting times. That of the
/// batched engine comes from a million requests.
/// </remarks>
internal sealed class KnownCapacityTests
{
    private const int Seeds = 100;
    private const double Target = 0.9;
    private const double StepS = 0.010;

    private static readonly ParallelOptions TwoCores = new() { MaxDegreeOfParallelism = 2 };

    /// <summary>Sixteen sequences at a time, 10 to 50 steps whose time grows with the batch; 90 % wait less than half a second.</summary>
    private static readonly Engine Batched = new(
        new UniformLengths(10, 50),
        BatchedPerS,
        ["engine.max_num_seqs=16", "timing.model=constant:step_us=10000,per_sequence_us=500", "slo.ttft_s=0.5", "slo.tpot_s=1"]);

    /// <summary>Known from <see cref="The_batched_engine_meets_its_objectives_for_the_target_share_at_its_capacity"/>.</summary>
    private const double BatchedPerS = 22.605;

    private static readonly Engine Constant = Single("M/D/1", new ConstantLengths(1), [1], waitSteps: 10);
    private static readonly Engine General = Single("M/G/1", new UniformLengths(1, 5), [1, 0.8, 0.6, 0.4, 0.2], waitSteps: 30);

    private static IEnumerable<TestCaseData> From1000 => [OnRequest(Constant), OnRequest(General), OnRequest(Batched)];

    private static IEnumerable<TestCaseData> From10000 => [new(Constant), OnRequest(General), OnRequest(Batched)];

    private static IEnumerable<TestCaseData> Whole => [OnRequest(Constant), OnRequest(Batched)];

    /// <remarks>Held, mean and widest half-width: M/D/1 97, 2.7 %, 4.1 %; M/G/1 95, 4.1 %, 6.5 %; batched 95, 3.6 %, 5.2 %.</remarks>
    [TestCaseSource(nameof(From1000))]
    public void Intervals_from_1000_requests_hold_the_capacity(Engine engine) =>
        Assert.That(Held(engine, Search(engine, 1000)), Is.GreaterThanOrEqualTo(88));

    /// <remarks>
    /// Held, mean and widest half-width: M/D/1 95, 1.9 %, 3.6 %; M/G/1 98, 2.3 %, 3.9 %; batched 94, 2.1 %, 3.8 %.
    /// </remarks>
    [TestCaseSource(nameof(From10000))]
    public void Intervals_from_10000_requests_hold_the_capacity_and_are_narrow(Engine engine)
    {
        CapacityResult[] found = Search(engine, 10_000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Held(engine, found), Is.GreaterThanOrEqualTo(88));
            Assert.That(found.Max(r => r.Bracket!.HalfWidthShare), Is.LessThanOrEqualTo(0.04));
        }
    }

    [Test]
    public void The_batched_engine_meets_its_objectives_for_the_target_share_at_its_capacity()
    {
        const int requests = 1_000_000;
        Trace trace = TraceRate.Rescale(TraceGenerator.Generate(Batched.Workload, requests, 1), BatchedPerS);
        // One percent of rate is two and a half percent of attainment here.
        double? attainment = RunReport.Run(Batched.Config(1), trace, SimulationOptions.Default).Summary!.SloAttainment;
        Assert.That(attainment, Is.EqualTo(Target).Within(0.0025));
    }

    [TestCaseSource(nameof(Whole))]
    public void Prefixes_of_a_stationary_trace_agree_with_the_whole(Engine engine)
    {
        Trace whole = TraceGenerator.Generate(engine.Workload, 20_000, 1);
        RandomStream random = RandomStream.Named(1, "prefixes");
        int[] lengths = [.. Enumerable.Range(0, 100).Select(_ => 400 + (int)random.NextBelow(19_600))];
        CapacityBracket all = Search(engine, whole, 1).Bracket!;
        CapacityBracket[] found = new CapacityBracket[lengths.Length];
        Parallel.For(0, found.Length, TwoCores, i => found[i] = Search(engine, Prefix(whole, lengths[i]), (ulong)i + 1).Bracket!);
        int overlap = found.Count(f => f.LowRatePerS <= all.HighRatePerS && f.HighRatePerS >= all.LowRatePerS);
        TestContext.Out.WriteLine($"{engine}: {overlap} prefixes agree with the whole");
        Assert.That(overlap, Is.GreaterThanOrEqualTo(95));
    }

    /// <summary>Hundreds of thousands of requests for each of a hundred seeds: a minute or more on two cores.</summary>
    private static TestCaseData OnRequest(Engine engine) => new TestCaseData(engine).Explicit("takes a minute or more on two cores");

    private static int Held(Engine engine, CapacityResult[] found)
    {
        int held = found.Count(r => r.Bracket!.LowRatePerS <= engine.CapacityPerS && engine.CapacityPerS <= r.Bracket.HighRatePerS);
        double[] widths = [.. found.Select(r => r.Bracket!.HalfWidthShare!.Value)];
        string outcome = FormattableString.Invariant($"{held} intervals hold {engine.CapacityPerS:F2}/s");
        string width = FormattableString.Invariant($"half-widths {widths.Average():P1}, at most {widths.Max():P1}");
        TestContext.Out.WriteLine($"{engine}, {found[0].TraceRequests} requests: {outcome}; {width}");
        return held;
    }

    private static CapacityResult[] Search(Engine engine, int requests)
    {
        CapacityResult[] found = new CapacityResult[Seeds];
        Parallel.For(0, found.Length, TwoCores, i =>
        {
            ulong seed = (ulong)i + 1;
            found[i] = Search(engine, TraceGenerator.Generate(engine.Workload, requests, seed), seed);
        });
        return found;
    }

    private static CapacityResult Search(Engine engine, Trace trace, ulong seed) =>
        new CapacityStudy(new RecordedWorkload(trace, seed), new CapacityGoal(Target), new GpuPrices())
            .Run([engine.Config(seed)], null, SimulationOptions.Default, jobs: 1)[0];

    private static Trace Prefix(Trace trace, int requests) =>
        new(trace.Name, trace.ArrivalPs[..requests], trace.InputTokens[..requests], trace.OutputTokens[..requests]);

    private static Engine Single(string name, LengthSpec lengths, double[] longerThan, int waitSteps) => new(
        lengths,
        new QueueCapacity(longerThan).PerStepAt(Target, waitSteps) / StepS,
        [
            "engine.max_num_seqs=1",
            "timing.model=constant:step_us=10000",
            FormattableString.Invariant($"slo.ttft_s={(waitSteps + 1) * StepS}"),
            "slo.tpot_s=1",
        ])
    {
        Name = name,
    };

    /// <summary>An engine and its load, Poisson arrivals.</summary>
    internal sealed record Engine(LengthSpec Lengths, double CapacityPerS, string[] Settings)
    {
        public string Name { get; init; } = "batched";

        public GeneratorSpec Workload => new("poisson", new PoissonArrivals(1), new ConstantLengths(16), Lengths);

        public RunConfig Config(ulong seed) =>
            ConfigBinder.Bind(PresetCatalog.Load("vllm"), Settings.Select(s => new Assignment(s.Split('=', 2)[0], s.Split('=', 2)[1])))
                with
            { Seed = seed };

        public override string ToString() => Name;
    }
}
