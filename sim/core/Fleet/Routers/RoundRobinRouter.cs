namespace ELLM.Sim.Fleet.Routers;

/// <summary>Replicas in turn.</summary>
public sealed class RoundRobinRouter : IRouter
{
    private int _next;

    public RouterNeeds Needs => RouterNeeds.Nothing;

    public RouteDecision Route(in RoutedRequest request, RouterView view)
    {
        int picked = _next;
        _next = picked + 1 == view.Count ? 0 : picked + 1;
        return RouteDecision.To(picked);
    }
}
