using ELLM.Sim.Cli.Options;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Every shipped preset as users run it: analytic time, resolved deployment, from pools that are ample to tight ones.</summary>
internal sealed class PresetTests
{
    private static IEnumerable<string> Presets => PresetCatalog.Names;

    [Test]
    public void Preset_jumping_and_stepping_are_equal_in_records_and_metrics(
        [ValueSource(nameof(Presets))] string preset,
        [Values(64, 200, 4000)] int blocks,
        [Values("recompute", "swap")] string overflow)
    {
        List<Assignment> settings =
        [
            new("engine.max_model_len", "600"),
            new("engine.max_num_seqs", "32"),
            new("memory.kv_tokens", $"{16 * blocks}"),
        ];
        PolicyPreset shipped = PresetCatalog.Load(preset);
        if (LayoutCatalog.Find(ConfigBinder.Bind(shipped, []).Policy.Layout).Knobs is BlockKnobs)
            settings.Add(new("policy.block_check", blocks == 64 ? "any" : "needed"));
        bool swaps = shipped.Name == "vllm" || shipped.Name == "vllm-cp" || shipped.Name == "sarathi";
        if (overflow == "swap")
        {
            if (!swaps)
                return;
            settings.Add(new("policy.overflow", "swap"));
        }
        Deployment deployment = Deployment.Resolve(ConfigBinder.Bind(shipped, settings));
        for (ulong seed = 1; seed <= 4; seed++)
        {
            Trace trace = Chat(seed, 150, meanGapS: blocks < 1000 ? 0.02 : 0.1);
            RunMetrics jumped = new(), stepped = new();
            RunOutcome outcome = Simulation.Run(deployment, trace, new SimulationOptions(Check: true, Observer: jumped));
            RunOutcome expected = Simulation.Run(deployment, trace, new SimulationOptions(Step: true, Check: true, Observer: stepped));
            Same.Outcome(outcome, expected);
            Same.Outcome(Simulation.Run(deployment, trace), expected);
            AssertSame(jumped, stepped);
            Assert.That(outcome.Records.Select(r => r.Status),
                Has.Some.EqualTo(RequestStatus.Finished).And.None.EqualTo(RequestStatus.Unfinished));
        }
    }

    private static void AssertSame(RunMetrics actual, RunMetrics expected)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (System.Reflection.PropertyInfo property in typeof(RunMetrics).GetProperties()
                .Where(p => p.PropertyType.IsPrimitive || p.PropertyType == typeof(Int128)))
                Assert.That(property.GetValue(actual), Is.EqualTo(property.GetValue(expected)), property.Name);
            Assert.That(actual.Kv, Is.EqualTo(expected.Kv));
            Assert.That((actual.Itl.Count, actual.Itl.Sum, actual.Itl.Min, actual.Itl.Max),
                Is.EqualTo((expected.Itl.Count, expected.Itl.Sum, expected.Itl.Min, expected.Itl.Max)));
            for (int permille = 5; permille < 1000; permille += 5)
                Assert.That(actual.Itl.Quantile(permille), Is.EqualTo(expected.Itl.Quantile(permille)), $"ITL at {permille} of 1000");
            Assert.That(actual.Timeline.Rows.ToArray(), Is.EqualTo(expected.Timeline.Rows.ToArray()));
        }
    }

    private static Trace Chat(ulong seed, int requests, double meanGapS)
    {
        RandomStream random = RandomStream.Named(seed, "chat");
        long[] at = new long[requests];
        int[] input = new int[requests], output = new int[requests];
        double now = 0;
        for (int i = 0; i < requests; i++)
        {
            now += random.NextBelow(5) == 0 ? 0 : Distributions.Exponential(random, meanGapS);
            at[i] = SimTime.FromSeconds(now).Picoseconds;
            input[i] = Math.Max(1, (int)Distributions.Lognormal(random, 4.6, 0.9));
            output[i] = Math.Max(1, (int)Distributions.Lognormal(random, 4.2, 0.8));
        }
        return new Trace("chat", at, input, output);
    }
}
