namespace ELLM.Sim.Serving;

/// <summary>Sends each arriving request to a replica, for good.</summary>
public interface IRouter
{
    /// <summary>Index of the replica that gets the next request.</summary>
    int Pick(IReadOnlyList<Replica> replicas);
}

/// <summary>Replicas in turn.</summary>
public sealed class RoundRobinRouter : IRouter
{
    private int _next;

    public int Pick(IReadOnlyList<Replica> replicas)
    {
        int picked = _next;
        _next = (_next + 1) % replicas.Count;
        return picked;
    }
}

/// <summary>The replica with the fewest requests waiting or running; the lowest index among equals.</summary>
public sealed class LeastOutstandingRouter : IRouter
{
    public int Pick(IReadOnlyList<Replica> replicas)
    {
        int best = 0;
        for (int i = 1; i < replicas.Count; i++)
        {
            if (replicas[i].Outstanding < replicas[best].Outstanding)
                best = i;
        }
        return best;
    }
}
