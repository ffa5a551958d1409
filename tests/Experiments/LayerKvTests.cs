using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class LayerKvTests
{
    /// <summary>LayerKV's abstract in shape: prompts of 3,000 to 3,600 tokens, a pool that vLLM fills at one request a second.</summary>
    [Test]
    public void Long_prompts_near_the_knee_of_vllm_get_their_first_token_many_times_sooner_for_hardly_any_throughput()
    {
        RandomStream random = RandomStream.Named(3, "layerkv");
        long[] at = new long[400];
        double now = 0;
        for (int i = 0; i < at.Length; i++)
            at[i] = SimTime.FromSeconds(now += Distributions.Exponential(random, 1 / 1.1)).Picoseconds;
        Trace trace = new(
            "long",
            at,
            [.. at.Select(_ => 3000 + (int)random.NextBelow(600))],
            [.. at.Select(_ => 200 + (int)random.NextBelow(250))]);
        (RunOutcome vllm, RunOutcome layerkv) = (Run("vllm"), Run("layerkv"));
        Assert.That(MeanTtft(vllm) / MeanTtft(layerkv), Is.GreaterThan(5));
        Assert.That(vllm.EndPs / (double)layerkv.EndPs, Is.GreaterThan(0.97), "throughput of all requests");
        Assert.That(layerkv.Counters.SwappedOutBytes, Is.Positive);
        Assert.That(layerkv.Counters.SwappedInBytes, Is.EqualTo(layerkv.Counters.SwappedOutBytes), "each layer comes back once");

        RunOutcome Run(string policy) => Simulation.Run(
            Deployment.Resolve(ConfigBinder.Bind(
                PresetCatalog.Load(policy),
                [new("model", "llama-2-7b"), new("gpu", "a100-80"), new("memory.kv_tokens", "40000"), new("slo.tpot_s", "0.2")])),
            trace,
            new SimulationOptions(Check: true));
        static double MeanTtft(RunOutcome run) => run.Records.Average(r => (double)(r.FirstTokenPs - r.ArrivalPs));
    }
}
