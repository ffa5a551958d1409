namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>How many points may run at a time in a stated amount of memory.</summary>
/// <remarks>
/// A point in flight holds its trace (16 bytes a request), a record of each request, sorted copies of latencies and the memory of
/// the replica. The allowance is an upper estimate; tests hold it against what runs allocate.
/// </remarks>
public static class SweepMemory
{
    /// <summary>Allowance for the program, its catalogs and the journal's results, bytes.</summary>
    public const long Fixed = 192L << 20;

    /// <summary>Allowance for a request of a point in flight, bytes.</summary>
    public const long PerRequest = 1_024;

    /// <summary>Allowance for a point of any size: decode sets, histograms, block tables, bytes.</summary>
    public const long PerPoint = 32L << 20;

    /// <param name="budget">Bytes the whole process may use.</param>
    /// <param name="jobs">Points at a time that were asked for.</param>
    /// <exception cref="InputException">Not even one fits.</exception>
    public static int Jobs(IReadOnlyList<SweepPoint> points, long budget, int jobs)
    {
        long one = points.Select(p => p.Workload).Distinct().Select(w => PerPoint + (PerRequest * Requests(w))).DefaultIfEmpty(0).Max();
        long fit = (budget - Fixed) / Math.Max(1, one);
        return fit >= 1
            ? (int)Math.Min(jobs, fit)
            : throw new InputException(
                FormattableString.Invariant(
                    $"--memory: one point needs about {(one + Fixed) / (double)(1L << 30):0.0} GiB, found {budget / (double)(1L << 30):0.###}"));
    }

    /// <summary>Most requests a workload can have.</summary>
    private static long Requests(WorkloadChoice workload)
    {
        const int ShortestRow = 6;
        if (File.Exists(workload.Trace) && !workload.Trace.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            long packed = workload.Trace.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? 6 : 1;
            return Math.Min(workload.Limit ?? long.MaxValue, packed * new FileInfo(workload.Trace).Length / ShortestRow);
        }
        return workload.Limit ?? Traces.GeneratedRequests;
    }
}
