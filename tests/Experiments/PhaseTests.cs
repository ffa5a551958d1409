using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Phases;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class PhaseTests
{
    private static readonly PhaseSpec Spec = new([600, 3000], [0.7, 1.1], 100);

    private static readonly RunConfig[] Configs =
        [.. new[] { "vllm", "vllm-v1", "ellm" }.Select(p => ConfigBinder.Bind(PresetCatalog.Load(p), [new("memory.kv_tokens", "40000")]))];

    [Test]
    public void Cells_are_runs_of_a_comparison_on_their_traces()
    {
        PhaseStudy study = new(Spec, Configs);
        IReadOnlyList<PhaseCell> cells = study.Run(SimulationOptions.Default, 2);
        Assert.That(cells.Select(c => (c.Prompt, c.Load)), Is.EqualTo(new[] { (600, 0.7), (600, 1.1), (3000, 0.7), (3000, 1.1) }));
        PhaseCell cell = cells[3];
        double[][] met = new double[Spec.Draws][];
        for (int draw = 0; draw < Spec.Draws; draw++)
        {
            Trace trace = Spec.Trace(cell.Prompt, cell.RatePerS, draw);
            IReadOnlyList<RunReport> reports = Compare.Run(Configs, trace, SimulationOptions.Default, 2, keepRecords: true);
            met[draw] = [.. reports.Select(r => Measured(r.Outcome!.Records, r.Summary!))];
        }
        for (int policy = 0; policy < Configs.Length; policy++)
        {
            PhaseScore score = cell.Scores[policy];
            Assert.That(score.Policy, Is.EqualTo(Configs[policy].Preset));
            Assert.That(score.Attainment, Is.EqualTo(MeanInterval.Of([.. met.Select(m => m[policy])])));
            if (policy > 0)
                Assert.That(score.Gain, Is.EqualTo(MeanInterval.Of([.. met.Select(m => m[policy] - m[0])])));
        }
        Assert.That(cell.DependsOnLength && !cells[2].DependsOnLength);
    }

    /// <summary>Ten a second for sure: a step is 10 ms, one sequence a batch, outputs of ten tokens.</summary>
    [Test]
    public void Saturated_throughput_is_what_a_known_engine_serves()
    {
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"),
            [new("timing.model", "constant:step_us=10000"), new("engine.max_num_seqs", "1")]);
        PhaseStudy study = new(new PhaseSpec([50], [1], 10), [config]);
        // Outputs are even between 5 and 15.
        Assert.That(study.SaturatedRate(50, SimulationOptions.Default), Is.EqualTo(10).Within(3).Percent);
    }

    [TestCase(0.10, 0.01, true)]
    [TestCase(0.10, 0.09, false, Description = "beyond 0, not beyond two points")]
    [TestCase(0.015, 0.001, false)]
    public void A_policy_is_named_when_its_interval_lies_above_two_points(double gain, double halfWidth, bool named)
    {
        PhaseCell cell = new(100, 1, 1,
        [
            new("a", default, default),
            new("b", default, new MeanInterval(3, gain, halfWidth)),
            new("c", default, new MeanInterval(3, 0, 0)),
        ]);
        Assert.That(cell.Named?.Policy, Is.EqualTo(named ? "b" : null));
        Assert.That(cell.DependsOnLength, Is.False);
    }

    [TestCase(1999, 3, "--requests: expected at least 2000, found 1999")]
    [TestCase(2000, 2, "--draws: expected at least 3, found 2")]
    public void Cells_that_would_say_too_little_are_refused(int requests, int draws, string message) =>
        Assert.That(() => new PhaseSpec([600], [1], 10, requests, draws).Check(10_000),
            Throws.InstanceOf<InputException>().With.Message.EqualTo(message));

    private static double Measured(RequestRecord[] records, Sim.Metrics.Summaries.Summary summary) => records
        .Skip(PhaseSpec.WarmUp).Take(Spec.Requests).Average(r => summary.Slo.Meets(r) ? 1.0 : 0.0);
}
