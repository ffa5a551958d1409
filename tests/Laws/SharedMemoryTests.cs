using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Engines that take pages of one GPU in turns keep the protocol of memory and never hold more than the GPU has.</summary>
internal sealed class SharedMemoryTests
{
    [Test]
    public void Engines_on_shared_pages_keep_the_protocol()
    {
        long preemptions = 0, contended = 0;
        Law.Holds(Crowded, 200, 131, scenario =>
        {
            RunOutcome outcome = Run(scenario);
            preemptions += outcome.Counters.Preemptions;
            contended += outcome.Counters.MaxRunning > 1 ? 1 : 0;
        });
        Assert.That(preemptions, Is.GreaterThan(300), "pools that run dry");
        Assert.That(contended, Is.GreaterThan(100));
    }

    /// <summary>Two to four engines, from plenty of pages down to few more than their reserves.</summary>
    private static Scenario Crowded(Random random)
    {
        LayoutEntry layout = LayoutCatalog.Find("paged");
        SchedulerEntry[] schedulers = [.. SchedulerCatalog.All.Where(s => s.Lacks(layout) is null && !s.UsesHost)];
        Scenario scenario = Scenarios.Of(random, schedulers[random.Next(schedulers.Length)], layout);
        return scenario with
        {
            Policy = scenario.Policy with { Overflow = "recompute" },
            Replicas = random.Next(2, 5),
            Blocks = scenario.Blocks + random.Next(20),
        };
    }

    private static RunOutcome Run(Scenario scenario)
    {
        int perPage = 1 + (scenario.Variant % 4);
        PageOptions options = new(scenario.BlockTokens, 10, perPage)
        {
            SlackBytes = scenario.Variant % 3,
            ReserveMin = scenario.Variant % 2,
            ReserveMax = (scenario.Variant % 2) + (scenario.Variant / 4 % 3),
            Choice = (PageChoice)(scenario.Variant / 12 % 2),
            Watermark = scenario.WatermarkBlocks * 0.02,
            Check = scenario.Paged.BlockCheck,
            MapPs = 20,
            UnmapPs = 30,
            UnmapsSync = scenario.Variant / 24 % 2 == 0,
        };
        long reserves = (long)scenario.Replicas * options.ReserveMax;
        GpuPages gpu = new(options.PageBytes * (reserves + 1 + (scenario.Blocks / perPage)));
        GpuTurns turns = new(gpu);
        Cluster cluster = new(scenario.Trace(), new RoundRobinRouter(), scenario.UserLoop());
        SharedKv[] memories = [.. Enumerable.Range(0, scenario.Replicas).Select(_ => new SharedKv(gpu, options))];
        foreach (SharedKv memory in memories)
        {
            IScheduler scheduler = scenario.Scheduler.Create(new SchedulerInput(scenario.Policy, scenario.TtftSloPs, scenario.TpotSloPs));
            cluster.Add(new EngineParts(scenario.Limits, scheduler, new ProtocolMemory(memory), scenario.Time)
            {
                Options = new ReplicaOptions(Step: false, Check: true),
                Turns = turns,
            });
        }
        RunOutcome outcome = cluster.Run();
        Assert.That(memories.Sum(memory => memory.UsedUnits), Is.Zero, "blocks of nobody");
        long mapped = memories.Sum(memory => memory.Mapped!.Value.HeldBytes + memory.Mapped.Value.IdleBytes);
        Assert.That(mapped + gpu.FreeBytes, Is.EqualTo(gpu.CapacityBytes), "bytes of the GPU");
        return outcome;
    }
}
