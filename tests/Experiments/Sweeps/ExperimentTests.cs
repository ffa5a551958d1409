using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps;

/// <summary>What an experiment file means.</summary>
internal sealed class ExperimentTests
{
    [Test]
    public void Grid_first_axis_varies_slowest()
    {
        Experiment experiment =
            Parse("""{ "name": "t", "grid": { "policy": ["vllm", "static"], "rate": [1, 2.50], } } // every policy at every rate""");
        Assert.That(
            experiment.Points.Select(p => string.Join(' ', p.Values)),
            Is.EqualTo(new[] { "vllm 1", "vllm 2.5", "static 1", "static 2.5" }));
        Assert.That(experiment.Points.Select(p => p.Index), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(experiment.Points.Select(p => (p.Config.Preset, p.Workload.RatePerS)).Last(), Is.EqualTo(("static", (double?)2.5)));
    }

    [Test]
    public void Zip_is_walked_side_by_side_outside_the_grid()
    {
        Experiment experiment =
            Parse("""{ "name": "t", "zip": { "gpu": ["a100-80", "h100"], "tp": [1, 2] }, "grid": { "seed": [1, 2] } }""");
        Assert.That(
            experiment.Points.Select(p => (p.Config.Gpu, p.Config.Tp, p.Config.Seed, p.Workload.Seed)),
            Is.EqualTo(new[] { ("a100-80", 1, 1UL, 1UL), ("a100-80", 1, 2UL, 2UL), ("h100", 2, 1UL, 1UL), ("h100", 2, 2UL, 2UL) }));
    }

    [Test]
    public void Base_reaches_every_point_nested_or_by_path()
    {
        Experiment experiment = Parse("""
            { "name": "t", "base": { "policy": "vllm", "limit": 7, "policy.watermark": 0.05, "engine": { "max_num_seqs": 16 } },
              "slo": "ttft=500ms,tpot=50ms", "grid": { "policy.overflow": ["recompute", "swap"] } }
            """);
        foreach (SweepPoint point in experiment.Points)
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That((point.Config.Policy.Of<PagedKnobs>().Watermark, point.Config.Engine.MaxNumSeqs, point.Workload.Limit),
                    Is.EqualTo((0.05, 16, (int?)7)));
                Assert.That((point.Config.Slo.TtftS, point.Config.Slo.TpotS), Is.EqualTo(((double?)0.5, (double?)0.05)));
            }
        }
        Assert.That(experiment.Points.Select(p => p.Config.Policy.Overflow), Is.EqualTo(new[] { "recompute", "swap" }));
    }

    [Test]
    public void Ranges_hold_both_ends()
    {
        Experiment experiment =
            Parse("""{ "name": "t", "grid": { "rate": { "from": 0.5, "to": 8, "steps": 5, "scale": "log" }, "seed": { "from": 1, "to": 3, "steps": 3 } } }""");
        Assert.That(experiment.Points.Where(p => p.Values[1] == "1").Select(p => p.Values[0]),
            Is.EqualTo(new[] { "0.5", "1", "2", "4", "8" }));
        Assert.That(experiment.Points.Take(3).Select(p => p.Workload.Seed), Is.EqualTo(new[] { 1UL, 2UL, 3UL }));
    }

    [Test]
    public void Every_policy_has_a_word()
    {
        Experiment experiment = Parse("""{ "name": "t", "grid": { "policy": "all" } }""");
        Assert.That(experiment.Points.Select(p => p.Config.Preset), Is.EqualTo(PresetCatalog.Names));
    }

    [Test]
    public void Filters_leave_points_out()
    {
        Experiment experiment = Parse("""
            { "name": "t", "grid": { "policy": ["static", "vllm"], "rate": [1, 2, 4] },
              "only": [{ "rate": { "max": 2 } }, { "policy": "vllm" }], "exclude": [{ "policy": ["vllm"], "rate": 1 }] }
            """);
        Assert.That(experiment.Points.Select(p => string.Join(' ', p.Values)),
            Is.EqualTo(new[] { "static 1", "static 2", "vllm 2", "vllm 4" }));
    }

    [TestCase("random")]
    [TestCase("sobol")]
    public void Samples_fall_into_their_ranges_and_are_the_same_again(string kind)
    {
        string file = $$"""
            { "name": "t", "{{kind}}": { "samples": 64, "axes": { "rate": { "from": 0.1, "to": 10, "scale": "log" },
              "policy.watermark": { "from": 0, "to": 0.2 }, "policy": ["vllm", "sarathi"] } } }
            """;
        Experiment experiment = Parse(file);
        Assert.That(experiment.Points.Select(p => string.Join(' ', p.Values)),
            Is.EqualTo(Parse(file).Points.Select(p => string.Join(' ', p.Values))));
        Assert.That(experiment.Points, Has.Count.EqualTo(64));
        Assert.That(experiment.Points.Select(p => p.Workload.RatePerS!.Value), Is.All.InRange(0.1, 10));
        Assert.That(experiment.Points.Count(p => p.Workload.RatePerS < 1), Is.InRange(20, 44),
            "a log range has half its points below its middle");
        Assert.That(experiment.Points.Select(p => p.Config.Preset).Distinct(), Is.EquivalentTo(new[] { "vllm", "sarathi" }));
    }

    /// <summary>The first 2^k points have one coordinate in each of 2^k equal intervals, in every dimension; the first two form a
    /// net.</summary>
    [Test]
    public void Sobol_is_balanced()
    {
        SobolSequence sequence = new(SobolSequence.MaxDimensions);
        double[][] points = [.. Enumerable.Range(0, 256).Select(_ => sequence.Next())];
        for (int d = 0; d < SobolSequence.MaxDimensions; d++)
            Assert.That(points.Select(p => (int)(p[d] * 256)).Order(), Is.EqualTo(Enumerable.Range(0, 256)), $"dimension {d + 1}");
        Assert.That(points.Select(p => ((int)(p[0] * 16), (int)(p[1] * 16))).Distinct().Count(), Is.EqualTo(256));
    }

    [Test]
    public void Paths_start_at_the_file()
    {
        string json = """{ "name": "t", "base": { "trace": "day.csv", "gpu": "mine/gpu.json" }, "grid": { "model": ["llama-3.1-8b"] } }""";
        SweepPoint point = Experiment.Parse("x.json", json, "folder").Points[0];
        Assert.That((point.Workload.Trace, point.Config.Gpu, point.Config.Model),
            Is.EqualTo((Path.Combine("folder", "day.csv"), Path.Combine("folder", "mine/gpu.json"), "llama-3.1-8b")));
    }

    [TestCase("x.json:1: unknown axis 'polcy' (did you mean 'policy'?)", """{ "name": "t", "grid": { "polcy": ["vllm"] } }""")]
    [TestCase("x.json:2: unknown axis 'policy.overflo' (did you mean 'policy.overflow'?)",
        "{ \"name\": \"t\",\n\"grid\": { \"policy.overflo\": [\"swap\"] } }")]
    [TestCase("unknown axis 'max_num_seqs' (did you mean 'engine.max_num_seqs'?)", """{ "name": "t", "base": { "max_num_seqs": 3 } }""")]
    [TestCase("x.json:1: unknown key 'gird' (did you mean 'grid'?)", """{ "name": "t", "gird": {} }""")]
    [TestCase("x.json:1: missing name", "{}")]
    [TestCase("grid: expected at least one axis, found none", """{ "name": "t", "grid": {} }""")]
    [TestCase("rate: expected at least one value, found none", """{ "name": "t", "grid": { "rate": [] } }""")]
    [TestCase("rate: expected a positive number, found -1", """{ "name": "t", "grid": { "rate": [1, -1] } }""")]
    [TestCase("rate: expected a number, found \"NaN\"", """{ "name": "t", "grid": { "rate": ["NaN"] } }""")]
    [TestCase("x.json:1: ", """{ "name": "t", "grid": { "rate": [NaN] } }""")]
    [TestCase("seed: expected", """{ "name": "t", "grid": { "seed": [-1] } }""")]
    [TestCase("limit: expected an integer of at least 1, found 0", """{ "name": "t", "base": { "limit": 0 } }""")]
    [TestCase("x.json: two points are the same (rate=2)", """{ "name": "t", "grid": { "rate": [2, 2.0] } }""")]
    [TestCase("zip: expected axes of one length, found 2 values of rate and 1 of tp",
        """{ "name": "t", "zip": { "rate": [1, 2], "tp": [1] } }""")]
    [TestCase("random and sobol: expected one of them",
        """{ "name": "t", "random": { "samples": 1, "axes": { "tp": [1] } }, "sobol": { "samples": 1, "axes": { "tp": [1] } } }""")]
    [TestCase("rate: set in one place", """{ "name": "t", "base": { "rate": 2 }, "grid": { "rate": [1] } }""")]
    [TestCase("slo.ttft_s: set in one place", """{ "name": "t", "slo": "ttft=1s", "grid": { "slo.ttft_s": [1] } }""")]
    [TestCase("no point is left", """{ "name": "t", "grid": { "rate": [1] }, "exclude": [{ "rate": { "min": 0 } }] }""")]
    [TestCase("exclude: unknown axis 'tp'", """{ "name": "t", "grid": { "rate": [1] }, "exclude": [{ "tp": 1 }] }""")]
    [TestCase("metrics: unknown metric 'ttft_p98_s' (did you mean 'ttft_p90_s'?)", """{ "name": "t", "metrics": ["ttft_p98_s"] }""")]
    [TestCase("unknown policy 'vlm' (did you mean 'vllm'?)", """{ "name": "t", "grid": { "policy": ["vlm"] } }""")]
    [TestCase("policy.overflow: expected a list of values, found a range",
        """{ "name": "t", "grid": { "policy.overflow": { "from": 1, "to": 2, "steps": 2 } } }""")]
    [TestCase("pass --max-points 20", """{ "name": "t", "grid": { "seed": { "from": 1, "to": 20, "steps": 20 } } }""")]
    public void Faults_are_one_line(string expected, string json)
    {
        InputException? fault = Assert.Throws<InputException>(() => Experiment.Parse("x.json", json, maxPoints: 10));
        Assert.That(fault!.Message, Does.StartWith("x.json:").And.Contains(expected).And.Not.Contains("\n"));
    }

    private static Experiment Parse(string json) => Experiment.Parse("x.json", json);
}
