namespace ELLM.Sim.Fleet.Routers;

/// <summary>The replica with the fewest requests, or tokens of requests, that were sent to it and have not ended; the lowest index among
/// equals.</summary>
/// <param name="byTokens">Prompt and output tokens instead of requests.</param>
public sealed class LeastLoadRouter(bool byTokens) : IRouter
{
    private LeastTree? _loads;

    public RouterNeeds Needs => RouterNeeds.Ends;

    public RouteDecision Route(in RoutedRequest request, RouterView view) => RouteDecision.To(_loads!.Least);

    public void Changed(int replica, RouterView view)
    {
        _loads ??= new LeastTree(view.Count);
        _loads.Set(replica, byTokens ? view.Tokens(replica) : view.Requests(replica));
    }
}
