using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class ElasticPolicyTests
{
    /// <summary>eLLM's abstract, 3x batch at 128K prompts, by capacity: 3 against 1 on one A100 at utilisation 0.90.</summary>
    [TestCase("vllm", 1)]
    [TestCase("ellm", 3)]
    public void Prompts_of_128K_tokens_batch_as_published(string policy, int largest)
    {
        Trace trace = new("128k", [0, 1, 2, 3, 4, 5], [.. Enumerable.Repeat(131_072, 6)], [.. Enumerable.Repeat(200, 6)]);
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(policy), [new("model", "llama-3-8b-262k"), new("gpu", "a100-80")]);
        RunOutcome outcome = Simulation.Run(Deployment.Resolve(config), trace, new SimulationOptions(Check: true));
        Assert.That(outcome.Counters.MaxRunning, Is.EqualTo(largest));
        Assert.That(outcome.Records.Select(r => r.Status), Is.All.EqualTo(RequestStatus.Finished));
    }

    [Test]
    public void Elastic_boundary_without_activations_is_the_fixed_one()
    {
        Assignment[] alike =
        [
            new("memory.kv_tokens", "60000"), new("memory.activation_bytes", "0"), new("memory.activation_bytes_per_token", "0"),
            new("policy.chunk_layout", "per-layer"), new("policy.block_check", "needed"), new("policy.map_lead_steps", "1"),
            new("policy.look_ahead_tokens", "0"), new("policy.prefill_mapping", "background"), new("policy.keep_mapped_chunks", "4"),
            new("policy.unmap_preempted", "false"), new("policy.extra_after_preemption", "0"),
            new("engine.gpu_memory_utilization", "0.9"), new("engine.max_model_len", "50000"), new("slo.ttft_s", "1"),
            new("slo.tpot_s", "1"),
        ];
        (Trace trace, _) = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 400 });
        RunOutcome[] runs =
        [
            .. new[] { "vtensor",
                "ellm-gpu" }.Select(p => Simulation.Run(Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load(p), alike)), trace)),
        ];
        Assert.That(runs[1].Records.Select(r => r.FinishPs), Is.EqualTo(runs[0].Records.Select(r => r.FinishPs)));
        Assert.That(runs[0].Counters.Preemptions, Is.EqualTo(runs[1].Counters.Preemptions));
    }

    [Test]
    public void Copies_cost_what_the_calibration_profile_says()
    {
        Assignment[] swaps = [new("policy.overflow", "swap"), new("memory.kv_blocks", "1500"), new("gpu", "a100-80")];
        (Trace trace, _) = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 300 });
        RunOutcome slow = Run([.. swaps]);
        RunOutcome fast = Run([.. swaps, new("profile", "h200")]);
        Assert.That(slow.Counters.SwappedOutBytes, Is.Positive);
        Assert.That(Stall(fast) / (double)fast.Counters.SwappedOutBytes, Is.LessThan(0.8 * Stall(slow) / slow.Counters.SwappedOutBytes));

        RunOutcome Run(Assignment[] settings) =>
            Simulation.Run(Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load("vllm"), settings)), trace);
        static long Stall(RunOutcome run) => run.Records.Sum(r => r.Ledger.TransferStall);
    }

    [Test]
    public void Dearer_mapping_slows_what_waits_for_it_and_hardly_what_hides_it()
    {
        (Trace trace, _) = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 400 });
        Assert.That(Stall("ellm-sync") / (double)Total("ellm-sync"), Is.GreaterThan(5 * (Stall("ellm") + 1) / (double)Total("ellm")));

        long Stall(string policy) => Run(policy).Records.Sum(r => r.Ledger.MapStall);
        long Total(string policy) => Run(policy).Records.Sum(r => r.Ledger.Total) / 1000;
        RunOutcome Run(string policy) => Simulation.Run(Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load(policy), [])), trace);
    }

    [TestCase("policy.fetching", "background", "policy.fetching")]
    [TestCase("policy.overflow", "stream", "policy.overflow")]
    [TestCase("policy.boundary", "elastic", "policy.boundary")]
    [TestCase("policy.overflow", "wait", "policy.overflow: wait")]
    public void Knobs_that_contradict_the_policy_are_refused(string path, string value, string names)
    {
        Assert.That(() => Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load("vllm"), [new(path, value)])),
            Throws.TypeOf<InputException>().With.Message.StartsWith(names));
    }
}
