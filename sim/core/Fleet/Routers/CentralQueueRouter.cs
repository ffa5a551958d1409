using ELLM.Sim.Settings;

namespace ELLM.Sim.Fleet.Routers;

/// <summary>One queue for all: a request waits here until a replica has a place, and goes to the one with the fewest requests.</summary>
public sealed class CentralQueueRouter(CentralQueueKnobs knobs) : IRouter
{
    private LeastTree? _loads;

    public RouterNeeds Needs => RouterNeeds.Ends;

    public RouteDecision Route(in RoutedRequest request, RouterView view) =>
        _loads!.Key(_loads.Least) < knobs.Places ? RouteDecision.To(_loads.Least) : RouteDecision.Wait;

    public void Changed(int replica, RouterView view)
    {
        _loads ??= new LeastTree(view.Count);
        _loads.Set(replica, view.Requests(replica));
    }
}

/// <summary>Knobs of <see cref="CentralQueueRouter"/>.</summary>
public sealed record CentralQueueKnobs : KnobSet
{
    [Knob("requests that a replica has at once, at most", 1, 1 << 20)]
    public int Places { get; init; } = 256;
}
