using ELLM.Sim.Numerics;

namespace ELLM.Sim.Fleet.Routers;

/// <summary>Any replica, each as likely.</summary>
public sealed class RandomRouter(RandomStream random) : IRouter
{
    public RouterNeeds Needs => RouterNeeds.Nothing;

    public RouteDecision Route(in RoutedRequest request, RouterView view) => RouteDecision.To((int)random.NextBelow((ulong)view.Count));
}
