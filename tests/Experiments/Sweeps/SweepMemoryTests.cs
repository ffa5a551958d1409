using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps;

/// <summary>Stays within the memory that was stated.</summary>
internal sealed class SweepMemoryTests
{
    /// <summary>What a point allocates in all is no less than what it holds at any time.</summary>
    [TestCase("vllm")]
    [TestCase("ellm")]
    [TestCase("orca-max")]
    public void The_allowance_covers_a_point(string policy)
    {
        SweepPoint point = Points($$"""{ "name": "t", "base": { "trace": "azure-chat", "limit": 20000, "policy": "{{policy}}" } }""")[0];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Trace trace = point.Workload.Load();
        RunReport report = Compare.RunOne(point.Config, trace, SimulationOptions.Default);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(report.Reason, Is.Null);
        Assert.That(allocated, Is.LessThan(SweepMemory.PerPoint + (20_000 * SweepMemory.PerRequest)));
    }

    [Test]
    public void Fewer_points_at_a_time_where_they_would_not_fit()
    {
        IReadOnlyList<SweepPoint> points = Points("""{ "name": "t", "base": { "trace": "azure-chat", "limit": 1000000 } }""");
        long one = SweepMemory.PerPoint + (1_000_000 * SweepMemory.PerRequest);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SweepMemory.Jobs(points, SweepMemory.Fixed + (3 * one), 8), Is.EqualTo(3));
            Assert.That(SweepMemory.Jobs(points, SweepMemory.Fixed + (30 * one), 8), Is.EqualTo(8));
            Assert.That(() => SweepMemory.Jobs(points, SweepMemory.Fixed + one - 1, 8),
                Throws.InstanceOf<InputException>().With.Message.Contains("one point needs about 1.2 GiB"));
        }
    }

    private static IReadOnlyList<SweepPoint> Points(string json) => Experiment.Parse("x.json", json).Points;
}
