namespace ELLM.Sim.Fleet.Routers;

/// <summary>Sends each request to the engine that serves its model.</summary>
/// <param name="engines">Index of the replica for each request, in order of arrival.</param>
public sealed class ModelRouter(int[] engines) : IRouter
{
    public RouterNeeds Needs => RouterNeeds.Nothing;

    public RouteDecision Route(in RoutedRequest request, RouterView view) => RouteDecision.To(engines[request.Index]);
}
