using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Sweeps;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Sweeps;

/// <summary>Every point once, whoever runs it.</summary>
internal sealed class SweepRunnerTests
{
    private static readonly Experiment Small = Experiment.Parse("x.json", """
        { "name": "t", "base": { "trace": "azure-chat", "limit": 60 }, "grid": { "policy": ["vllm", "ellm", "static"], "rate": [1, 4], "seed": [1, 2] } }
        """);

    [Test]
    public void Threads_change_no_result()
    {
        IReadOnlyList<PointRun> one = RunAll(Small, 1, SimulationOptions.Default);
        IReadOnlyList<PointRun> four = RunAll(Small, 4, SimulationOptions.Default);
        Assert.That(four.Select(Key), Is.EqualTo(one.Select(Key)));
        Assert.That(one.Select(r => r.Report.Label.Policy), Is.EqualTo(Small.Points.Select(p => p.Values[0])));
        static (int, double?, string) Key(PointRun run) => (run.Point.Index, run.Report.Summary!.GoodputPerS, run.TraceHash);
    }

    [Test]
    public void A_trace_is_shared_by_its_points()
    {
        Assert.That(Small.Points.Select(p => p.Workload).Distinct().Count(), Is.EqualTo(4), "rates times seeds");
        PointQueue queue = new(Small.Points);
        PointQueue.Group? mine = null;
        List<SharedTrace> traces = [];
        while (queue.Take(ref mine) is (SweepPoint point, SharedTrace trace))
        {
            Assert.That(trace.Choice, Is.EqualTo(point.Workload));
            traces.Add(trace);
        }
        Assert.That(traces, Has.Count.EqualTo(12));
        Assert.That(traces.Distinct().Count(), Is.EqualTo(4));
        Assert.That(traces.Chunk(3).Select(c => c.Distinct().Count()), Is.All.EqualTo(1), "a worker stays with its trace");
    }

    [Test]
    public void A_point_that_cannot_start_stops_no_other()
    {
        Experiment experiment = Experiment.Parse("x.json", """
            { "name": "t", "base": { "limit": 20 }, "zip": { "model": ["llama-3.1-8b", "llama-3.1-70b", "llama-3.1-8b"], "trace": ["chat", "chat", "absent.csv"] } }
            """);
        PointRun[] runs = RunAll(experiment, 2, SimulationOptions.Default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(runs[0].Report.Reason, Is.Null);
            Assert.That(runs[1].Report.Reason, Does.Contain("does not fit"));
            Assert.That(runs[2].Report.Reason, Does.Contain("absent.csv"));
            Assert.That(runs.Select(r => r.IsBug), Is.All.False);
        }
    }

    [Test]
    public void What_the_listener_throws_ends_the_sweep()
    {
        int told = 0;
        Assert.That(
            () => SweepRunner.Run(Small.Points, 3, SimulationOptions.Default, _ => throw new InputException($"full {++told}")),
            Throws.InstanceOf<InputException>().With.Message.EqualTo("full 1"));
    }

    private static PointRun[] RunAll(Experiment experiment, int jobs, SimulationOptions options)
    {
        PointRun[] runs = new PointRun[experiment.Points.Count];
        SweepRunner.Run(experiment.Points, jobs, options, run => runs[run.Point.Index] = run);
        return runs;
    }
}
