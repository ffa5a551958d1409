using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fleet;

/// <summary>Replicas that run apart give the bytes of replicas that run together, on any number of threads.</summary>
internal sealed class ApartTests
{
    private const int Requests = 3_000;

    [TestCase("vllm", "round-robin")]
    [TestCase("vllm", "random", "memory.kv_blocks=2588")]
    [TestCase("vllm", "random", "memory.kv_blocks=2588", "policy.overflow=swap")]
    [TestCase("vllm", "round-robin", "pp=2")]
    [TestCase("ellm", "random")]
    [TestCase("vllm-v1", "least-kv:report_s=1")]
    [TestCase("vllm", "least-kv:report_s=0.25", "memory.kv_blocks=2588")]
    [TestCase("vllm", "least-outstanding")]
    [TestCase("vllm", "least-tokens")]
    [TestCase("vllm", "power-of-choices")]
    [TestCase("vllm", "central-queue:places=4")]
    [TestCase("vllm", "least-kv")]
    public void Apart_and_together_are_the_same_to_the_byte(string policy, string router, params string[] settings)
    {
        Trace trace = Azure();
        RunConfig config = Config(policy, ["engine.replicas=5", $"engine.router={router}", .. settings]);
        // An observer that needs the calls of all replicas in one order keeps them together.
        byte[] together = Files(RunReport.Run(config, trace, new SimulationOptions(Observer: new TraceEvents())), trace);
        byte[] apart = Files(RunReport.Run(config, trace, new SimulationOptions(Threads: 1)), trace);
        byte[] threads = Files(RunReport.Run(config, trace, new SimulationOptions(Threads: 4)), trace);
        Assert.That((apart.AsSpan().SequenceEqual(together), threads.AsSpan().SequenceEqual(together)), Is.EqualTo((true, true)));
    }

    [TestCase("round-robin")]
    [TestCase("random")]
    [TestCase("least-outstanding")]
    [TestCase("least-tokens")]
    [TestCase("least-kv:report_s=1")]
    [TestCase("power-of-choices")]
    [TestCase("central-queue:places=100000")]
    public void One_replica_behind_any_router_is_the_plain_run(string router)
    {
        Trace trace = Azure();
        RequestRecord[] plain = Simulation.Run(Deployment.Resolve(Config("vllm")), trace).Records;
        RequestRecord[] routed = Simulation.Run(Deployment.Resolve(Config("vllm", $"engine.router={router}")), trace).Records;
        Assert.That(routed, Is.EqualTo(plain));
    }

    [Test]
    public void N_behind_round_robin_are_N_runs_of_the_split_trace()
    {
        const int N = 3;
        Trace trace = Azure();
        RequestRecord[] whole = Simulation.Run(Deployment.Resolve(Config("vllm", $"engine.replicas={N}")), trace).Records;
        for (int replica = 0; replica < N; replica++)
        {
            int[] rows = [.. Enumerable.Range(0, trace.Count).Where(i => i % N == replica)];
            Trace part = trace.Pick(rows, [.. rows.Select(i => trace.ArrivalPs[i])]);
            RequestRecord[] alone = Simulation.Run(Deployment.Resolve(Config("vllm")), part).Records;
            for (int i = 0; i < alone.Length; i++)
                alone[i].Replica = (ushort)replica;
            Assert.That(rows.Select(i => whole[i]), Is.EqualTo(alone));
        }
    }

    [TestCase("least-kv:report_s=1")]
    [TestCase("least-kv")]
    public void Steps_and_jumps_are_the_same_to_a_router_that_reads_engines(string router)
    {
        Trace trace = Azure();
        Deployment deployment = Deployment.Resolve(Config("vllm", "engine.replicas=3", $"engine.router={router}"));
        RequestRecord[] jumped = Simulation.Run(deployment, trace).Records;
        Assert.That(Simulation.Run(deployment, trace, new SimulationOptions(Step: true)).Records, Is.EqualTo(jumped));
    }

    [Test]
    public void Waiting_at_the_router_is_in_the_ledger()
    {
        RequestRecord[] records = Simulation.Run(
            Deployment.Resolve(Config("vllm", "engine.replicas=2", "engine.router=central-queue:places=2")), Azure()).Records;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(records.Select(r => r.Status), Is.All.EqualTo(RequestStatus.Finished));
            Assert.That(records.Select(r => r.Ledger.Total), Is.EqualTo(records.Select(r => r.FinishPs - r.ArrivalPs)));
            Assert.That(records.Max(r => r.Ledger.QueueCompute), Is.GreaterThan(0));
        }
    }

    private static Trace Azure() => TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), Requests, 3, 30);

    private static RunConfig Config(string policy, params string[] settings) =>
        ConfigBinder.Bind(PresetCatalog.Load(policy), [.. settings.Select(Assignment.Parse)]);

    private static byte[] Files(RunReport report, Trace trace)
    {
        using MemoryStream all = new();
        foreach ((_, Action<Stream> write) in RunFiles.Of(report, trace, []))
            write(all);
        return all.ToArray();
    }
}
