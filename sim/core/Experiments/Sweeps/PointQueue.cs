namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Hands points to workers so that a trace is made once, shared by all of its points, and let go after the last.</summary>
/// <remarks>
/// A worker stays with the points of one trace while there are any, then takes a trace that no worker has begun, and only then helps with
/// another worker's: traces are made side by side, and no more of them are held than there are workers. Not safe for threads:
/// callers hold a lock.
/// </remarks>
internal sealed class PointQueue
{
    private readonly Queue<Group> _untouched;
    private readonly List<Group> _begun = [];

    public PointQueue(IEnumerable<SweepPoint> points)
    {
        _untouched = new Queue<Group>(points.GroupBy(p => p.Workload).Select(g => new Group(g)));
    }

    /// <summary>Points of one trace.</summary>
    internal sealed class Group(IGrouping<WorkloadChoice, SweepPoint> points)
    {
        private readonly Queue<SweepPoint> _left = new(points);

        public SharedTrace Trace { get; } = new(points.Key, points.Count());

        public int Left => _left.Count;

        public SweepPoint Take() => _left.Dequeue();
    }

    /// <param name="mine">The group this worker took from before; it may change.</param>
    /// <returns>Null when everything is taken.</returns>
    public (SweepPoint Point, SharedTrace Trace)? Take(ref Group? mine)
    {
        if (mine is null or { Left: 0 })
            mine = Next();
        return mine is null ? null : (mine.Take(), mine.Trace);
    }

    private Group? Next()
    {
        if (_untouched.TryDequeue(out Group? fresh))
        {
            _begun.Add(fresh);
            return fresh;
        }
        _begun.RemoveAll(g => g.Left == 0);
        return _begun.MaxBy(g => g.Left);
    }
}
