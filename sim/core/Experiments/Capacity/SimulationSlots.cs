using System.Runtime.ExceptionServices;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A limit on simulations at a time that nested loops share: over deployments outside, over draws inside.</summary>
public sealed class SimulationSlots
{
    private readonly ParallelOptions _options;

    public SimulationSlots(int jobs, CancellationToken cancel)
    {
        TaskScheduler shared = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, jobs)).ConcurrentScheduler;
        _options = new ParallelOptions { TaskScheduler = shared, MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = cancel };
    }

    /// <summary>Does the work for 0 to <paramref name="count"/> - 1, in any order; the first failure comes out as itself.</summary>
    public void ForEach(int count, Action<int> work)
    {
        try
        {
            Parallel.For(0, count, _options, work);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions[0]);
        }
    }
}
