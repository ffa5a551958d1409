namespace ELLM.Sim.Serving;

/// <summary>Sends each request to the engine that serves its model.</summary>
/// <param name="engines">Index of the replica for each request, in order of arrival.</param>
public sealed class ModelRouter(int[] engines) : IRouter
{
    private int _next;

    /// <summary>Requests are routed in the order of the trace, each once.</summary>
    public int Pick(IReadOnlyList<Replica> replicas) => engines[_next++];
}
