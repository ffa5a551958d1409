using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>Each setting that a real engine may have wrong, or slower, costs what it should: time, preemptions, or stalls.</summary>
internal sealed class FaultLineTests
{
    private static readonly Assignment[] Tight = [new("memory.kv_tokens", "24000"), new("engine.max_model_len", "16000")];

    [TestCase("vattention", "policy.unmapping=drain")]
    [TestCase("vattention", "policy.growth_mapping=drain")]
    [TestCase("vattention", "policy.prefill_mapping=drain", "policy.keep_mapped_chunks=0")]
    [TestCase("vattention", "policy.growth_mapping=sync")]
    [TestCase("ellm-sync", "policy.vmm_costs=sampled", "policy.return_order=before-prompts", "policy.return_prompts=0", "policy.count_parked=true")]
    [TestCase("ellm-sync", "policy.map_broadcast_us=2000", "tp=2")]
    public void Map_stalls_grow(string preset, params string[] settings)
    {
        string[] before = [.. settings.Skip(1)];
        Assert.That(MapStall(Run(preset, settings)), Is.GreaterThan(MapStall(Run(preset, before))));
    }

    [Test]
    public void A_drain_costs_more_than_its_calls() =>
        Assert.That(MapStall(Run("ellm-sync", "policy.growth_mapping=drain", "policy.drain_us=500")),
            Is.GreaterThan(MapStall(Run("ellm-sync"))));

    [Test]
    public void Idle_ranges_that_stay_mapped_cost_preemptions()
    {
        RunOutcome reclaimed = Run("vattention"), pinned = Run("vattention", "policy.reclaim_idle_ranges=false");
        Assert.That(pinned.Counters.Preemptions, Is.GreaterThan(reclaimed.Counters.Preemptions));
    }

    [Test]
    public void A_preempted_prompt_behind_the_queue_lets_others_go_first()
    {
        RunOutcome front = Run("vllm", "memory.kv_tokens=16000"), back = Run("vllm", "memory.kv_tokens=16000", "policy.requeue=back");
        Assert.That(front.Counters.Preemptions, Is.Positive);
        Assert.That(
            back.Records.Where(r => r.Preemptions > 0).Average(r => (double)(r.FinishPs - r.ArrivalPs)),
            Is.GreaterThan(front.Records.Where(r => r.Preemptions > 0).Average(r => (double)(r.FinishPs - r.ArrivalPs))));
    }

    [Test]
    public void Sampled_costs_follow_the_seed_and_nothing_else()
    {
        string[] drawn = ["policy.vmm_costs=sampled", "tp=2"];
        RunOutcome one = Run("ellm-sync", drawn), again = Run("ellm-sync", drawn), other = Run("ellm-sync", [.. drawn, "seed=2"]);
        RunOutcome stepped =
            Simulation.Run(Deployment.Resolve(Bind("ellm-sync", drawn)), Chat, new SimulationOptions(Step: true, Check: true));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Finishes(again), Is.EqualTo(Finishes(one)));
            Assert.That(Finishes(stepped), Is.EqualTo(Finishes(one)), "jumping is stepping");
            Assert.That(Finishes(other), Is.Not.EqualTo(Finishes(one)));
        }
    }

    [Test]
    public void Both_directions_of_the_link_slow_each_other()
    {
        string[] streams = [
            "memory.kv_tokens=9000", "memory.activation_bytes=2000000000", "policy.slo_scaling=false",
            "policy.return_order=before-prompts", "policy.return_prompts=0", "policy.count_parked=true",
        ];
        RunOutcome alone = Run("ellm", [.. streams, "policy.link_both_ways=1"]), shared =
            Run("ellm", [.. streams, "policy.link_both_ways=0.05"]);
        Assert.That(alone.Counters.SwappedInBytes, Is.Positive);
        Assert.That(Finishes(shared), Is.Not.EqualTo(Finishes(alone)));
        Assert.That(Finishes(Run("ellm", streams)), Is.EqualTo(Finishes(Run("ellm", [.. streams, "policy.link_both_ways=0.83"]))),
            "the profile's");
    }

    [TestCase("policy.prefill_attention_factor=0.7")]
    [TestCase("policy.decode_attention_factor=0.47")]
    public void Faster_attention_shortens_iterations(string setting)
    {
        RunOutcome paged = Run("vtensor"), contiguous = Run("vtensor", setting);
        Assert.That(contiguous.Counters.BusyPs, Is.LessThan(paged.Counters.BusyPs));
    }

    [Test]
    public void Eager_ranges_are_found_mapped()
    {
        string[] sync = ["policy.prefill_mapping=sync", "policy.keep_mapped_chunks=0", "memory.kv_tokens=200000"];
        Assert.That(MapStall(Run("vattention", [.. sync, "policy.eager_chunks=16"])), Is.LessThan(MapStall(Run("vattention", sync))));
    }

    private static Trace Chat { get; } = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 200 }).Trace;

    private static long[] Finishes(RunOutcome outcome) => [.. outcome.Records.Select(r => r.FinishPs)];

    private static long MapStall(RunOutcome outcome) => outcome.Records.Sum(r => r.Ledger.MapStall);

    private static RunConfig Bind(string preset, params string[] settings)
    {
        string[] mapped = preset == "vllm" ? [] : ["policy.chunk_layout=fused"];
        return ConfigBinder.Bind(PresetCatalog.Load(preset), [.. Tight, .. mapped.Concat(settings).Select(Assignment.Parse)]);
    }

    private static RunOutcome Run(string preset, params string[] settings) =>
        Simulation.Run(Deployment.Resolve(Bind(preset, settings)), Chat, new SimulationOptions(Check: true));
}
