using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>Pipeline stages and replicas as a user sets them.</summary>
internal sealed class PipelineParallelTests
{
    private static Deployment Deploy(string policy, params string[] settings) =>
        Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load(policy), [.. settings.Select(Assignment.Parse)]));

    private static string Fault(string policy, params string[] settings) =>
        Assert.Throws<InputException>(() => Deploy(policy, settings))!.Message;

    [TestCase(32, 2, new[] { 16, 16 })]
    [TestCase(40, 3, new[] { 13, 14, 13 })]
    [TestCase(32, 5, new[] { 6, 6, 7, 7, 6 })]
    [TestCase(3, 3, new[] { 1, 1, 1 })]
    public void Layers_are_split_as_v_LLM_splits_them(int layers, int stages, int[] counts)
    {
        StageLayers[] split = StageLayers.Split(layers, stages);
        Assert.That(split.Select(s => s.Count), Is.EqualTo(counts));
        Assert.That((split[0].IsFirst, split[^1].IsLast, split.Count(s => s.IsFirst), split.Count(s => s.IsLast)),
            Is.EqualTo((true, true, 1, 1)));
    }

    [TestCase("llama-3.1-8b")]
    [TestCase("opt-13b")]
    public void Weights_and_KV_of_the_stages_make_up_the_model(string name)
    {
        ModelSpec model = ModelCatalog.Load(name);
        ModelRank[] ranks = [.. StageLayers.Split(model.Layers, 3).Select(stage => model.ForRank(2, stage))];
        long copies = model.TiedEmbeddings ? ranks[^1].EndElements : 0;
        Assert.That(ranks.Sum(r => r.WeightElements) - copies, Is.EqualTo(model.ForRank(2).WeightElements));
        Assert.That(ranks.Sum(r => r.KvBytesPerToken()), Is.EqualTo(model.ForRank(2).KvBytesPerToken()));
    }

    [TestCase("engine.overhead=graph")]
    [TestCase("engine.overhead=none")]
    public void Stages_of_the_formulas_add_up_to_the_whole_iteration_and_the_sends(string overhead)
    {
        Deployment whole = Deploy("vllm", "gpu=h100", "tp=2", overhead);
        Deployment staged = Deploy("vllm", "gpu=h100", "tp=2", "pp=3", overhead);
        PipelineTimeModel stages = (PipelineTimeModel)staged.Time;
        DecodeBatch batch = new(24, 24_000, 3_000);
        PrefillChunk[] chunks = [new(700, 0, true), new(300, 500, false)];
        double decode = stages.Decode(batch).Steps(batch).FirstPs - (2 * stages.SendPs(24));
        Assert.That(decode, Is.EqualTo((double)whole.Time.Decode(batch).Steps(batch).FirstPs).Within(0.001).Percent);
        Assert.That((double)stages.Mixed(chunks, batch) - (2 * stages.SendPs(1024)),
            Is.EqualTo((double)whole.Time.Mixed(chunks, batch)).Within(0.001).Percent);
        // h100, one node, 24 tokens x 4096 x two 16-bit tensors = 393,216 bytes: 7.4584 us + 2.78646e-6 us a byte.
        Assert.That(stages.SendPs(24) * 1e-6, Is.EqualTo(7.4584 + (393_216 * 2.78646e-6)).Within(1e-6));
    }

    [Test]
    public void The_fullest_stage_decides_the_blocks_and_each_virtual_engine_gets_its_share()
    {
        Deployment staged = Deploy("vllm", "gpu=a100-80", "pp=2");
        Deployment whole = Deploy("vllm", "gpu=a100-80");
        using (Assert.EnterMultipleScope())
        {
            // Half of the layers: more than twice the blocks, for the weights are halved too.
            Assert.That(staged.Budget.KvBlocks, Is.GreaterThan(2 * whole.Budget.KvBlocks));
            Assert.That(staged.CreateMemory().CapacityTokens, Is.EqualTo(staged.Budget.KvBlocks / 2 * 16));
            Assert.That(staged.Provenance.Parts[^1].Part, Is.EqualTo("send and receive, intra-node"));
        }
    }

    [Test]
    public void A_constant_time_model_is_shared_by_layers_and_sends_in_no_time()
    {
        PipelineTimeModel stages = (PipelineTimeModel)Deploy("vllm", "pp=5", "timing.model=constant:step_us=1000").Time;
        long[] parts = [.. Enumerable.Range(0, 5).Select(i => stages.DecodeOf(i, new DecodeBatch(1, 10, 10)).FixedPs)];
        // 32 layers on five stages: 6, 6, 7, 7, 6.
        Assert.That(parts, Is.EqualTo(new[] { 187_500_000L, 187_500_000, 218_750_000, 218_750_000, 187_500_000 }));
    }

    [Test]
    public void What_a_pipeline_cannot_do_is_said()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Fault("vllm", "pp=33"), Is.EqualTo("pp: expected 1 to 32 pipeline stages, one layer each at least, found 33"));
            Assert.That(Fault("ellm", "pp=2"),
                Is.EqualTo("ellm: pp: expected 1 with an elastic boundary or KV that streams to the host, found 2"));
            Assert.That(
                Fault("vllm", "pp=2", "gpu=rtx-4090", "model=llama-2-7b"),
                Is.EqualTo(
                    "timing profile rtx-4090 has no intra-node send and receive times, which pp needs between stages; available: none; "
                        + "timing.profile names another"));
            Assert.That(Fault("vllm", "pp=2", "gpu=b200", "engine.stage_link=inter-node"),
                Does.Contain("no inter-node send and receive times"));
            Assert.That(Fault("vllm", "pp=1024", "engine.replicas=64", "model=llama-3.1-8b"), Does.StartWith("pp: expected 1 to 32"));
        }
    }

    [Test]
    public void Every_preset_that_can_runs_on_two_stages_and_sums_up()
    {
        (Trace trace, _) = Traces.Load("chat", new TraceReadOptions { Limit = 120 });
        foreach (string preset in PresetCatalog.Names)
        {
            RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(preset), [new Assignment("pp", "2")]);
            if (config.Policy.Boundary != "fixed" || SchedulerCatalog.Find(config.Policy.Scheduler).UsesHost)
                continue;
            RunOutcome outcome = Simulation.Run(Deployment.Resolve(config), trace, new SimulationOptions(Check: true));
            foreach (RequestRecord record in outcome.Records)
                Assert.That((record.Status, record.Ledger.Total), Is.EqualTo((RequestStatus.Finished, record.FinishPs - record.ArrivalPs)),
                    preset);
            Assert.That(outcome.Records.Sum(r => r.Ledger.GpuWait), Is.GreaterThan(0), preset);
            Assert.That(outcome.Records.Select(r => (int)r.Replica).Distinct().Order(), Is.EqualTo(new[] { 0, 1 }), preset);
        }
    }

    /// <summary>Two replicas in turn are two runs of every other request, to the picosecond.</summary>
    [Test]
    public void Two_replicas_in_turn_are_two_engines_with_half_of_the_requests()
    {
        (Trace trace, _) = Traces.Load("chat", new TraceReadOptions { Limit = 200 });
        RunOutcome both = Simulation.Run(Deploy("vllm", "engine.replicas=2"), trace);
        for (int replica = 0; replica < 2; replica++)
        {
            int[] mine = [.. Enumerable.Range(0, trace.Count).Where(i => i % 2 == replica)];
            Trace half = new("half", [.. mine.Select(i => trace.ArrivalPs[i])], [.. mine.Select(i => trace.InputTokens[i])],
                [.. mine.Select(i => trace.OutputTokens[i])]);
            RequestRecord[] alone = Simulation.Run(Deploy("vllm"), half).Records;
            Assert.That(mine.Select(i => both.Records[i].FinishPs), Is.EqualTo(alone.Select(r => r.FinishPs)));
            Assert.That(mine.Select(i => (int)both.Records[i].Replica), Is.All.EqualTo(replica));
        }
    }

    /// <summary>A long request occupies the first replica: the short ones that follow one by one all find the second with less to
    /// do.</summary>
    [Test]
    public void Least_outstanding_avoids_the_busy_replica_where_turns_do_not()
    {
        const long Gap = 1_000_000_000_000;
        Trace trace = new("long", [.. Enumerable.Range(0, 6).Select(i => i * Gap)], [100, 10, 10, 10, 10, 10], [1500, 2, 2, 2, 2, 2]);
        int[] Replicas(string router) =>
            [.. Simulation.Run(Deploy("vllm", "engine.replicas=2", $"engine.router={router}"), trace).Records.Select(r => (int)r.Replica)];
        Assert.That(Replicas("least-outstanding"), Is.EqualTo(new[] { 0, 1, 1, 1, 1, 1 }));
        Assert.That(Replicas("round-robin"), Is.EqualTo(new[] { 0, 1, 0, 1, 0, 1 }));
    }

    /// <summary>Replicas of two stages: the router sees a replica's whole work, and its virtual engines take turns.</summary>
    [Test]
    public void Replicas_of_pipelines_are_routed_to_as_wholes()
    {
        Trace trace = new("burst", new long[8], [.. Enumerable.Repeat(64, 8)], [.. Enumerable.Repeat(4, 8)]);
        int[] Engines(string router) =>
            [.. Simulation.Run(Deploy("vllm", "pp=2", "engine.replicas=2", $"engine.router={router}"), trace).Records
                .Select(r => (int)r.Replica)];
        Assert.That(Engines("round-robin"), Is.EqualTo(new[] { 0, 2, 1, 3, 0, 2, 1, 3 }));
        Assert.That(Engines("least-outstanding"), Is.EqualTo(new[] { 0, 2, 1, 3, 0, 2, 1, 3 }));
    }
}
