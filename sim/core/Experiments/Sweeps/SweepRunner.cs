using System.Runtime.ExceptionServices;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>A point that has run, or the reason why it could not.</summary>
/// <param name="Report">Without records and timeline: a sweep keeps summaries.</param>
/// <param name="TraceHash">SHA-256 of the trace; empty when there was none.</param>
public sealed record PointRun(SweepPoint Point, RunReport Report, string TraceHash)
{
    /// <summary>The failure is a bug in the simulator, not something about the input.</summary>
    public bool IsBug { get; init; }
}

/// <summary>Runs points side by side on threads. No result depends on how many.</summary>
public static class SweepRunner
{
    /// <summary>A point that fails is a result with its reason and stops no other.</summary>
    /// <param name="points">What to run; traces are shared among them.</param>
    /// <param name="jobs">Points at a time.</param>
    /// <param name="finished">Told of each point as it ends, one at a time; what it throws ends the sweep.</param>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static void Run(IReadOnlyList<SweepPoint> points, int jobs, SimulationOptions options, Action<PointRun> finished)
    {
        PointQueue queue = new(points);
        Lock taking = new(), telling = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(options.Cancel);
        SimulationOptions how = options with { Cancel = stop.Token, Progress = null };
        Exception? fault = null;
        Thread[] workers = [.. Enumerable.Range(0, Math.Clamp(jobs, 1, Math.Max(1, points.Count)))
            .Select(i => new Thread(Work) { Name = $"sweep {i}" })];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
        options.Cancel.ThrowIfCancellationRequested();

        void Work()
        {
            PointQueue.Group? mine = null;
            while (!stop.IsCancellationRequested)
            {
                (SweepPoint Point, SharedTrace Trace)? next;
                lock (taking)
                    next = queue.Take(ref mine);
                if (next is not (SweepPoint point, SharedTrace trace))
                    return;
#pragma warning disable CA1031 // Whatever ends one worker ends the sweep, on the thread that started it.
                try
                {
                    PointRun run = RunOne(point, trace, how);
                    lock (telling)
                    {
                        if (fault is null)
                            finished(run);
                    }
                }
                catch (Exception e)
                {
                    lock (telling)
                        fault ??= e is OperationCanceledException && !options.Cancel.IsCancellationRequested ? fault : e;
                    stop.Cancel();
                }
#pragma warning restore CA1031
            }
        }
    }

    private static PointRun RunOne(SweepPoint point, SharedTrace shared, SimulationOptions options)
    {
        try
        {
            Trace trace = shared.Get();
            RunReport report = Compare.RunOne(point.Config, trace, options) with { Outcome = null, Timeline = null };
            return new PointRun(point, report, trace.ContentHash);
        }
        catch (InputException e)
        {
            return Failed(point, e.Message);
        }
#pragma warning disable CA1031 // A bug that one point meets is that point's result; the others go on.
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return Failed(point, $"internal error: {e.GetType().Name}: {e.Message}") with { IsBug = true };
        }
#pragma warning restore CA1031
        finally
        {
            shared.Release();
        }
    }

    private static PointRun Failed(SweepPoint point, string reason)
    {
        RunLabel label = RunReport.LabelOf(point.Config, new Trace(Path.GetFileName(point.Workload.Trace), [], [], []));
        return new PointRun(point, new RunReport(label, point.Config) { Reason = reason }, "");
    }
}
