using ELLM.Sim.Numerics;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Fleet.Routers;

/// <summary>The replica with the fewest requests among some drawn at random, with replacement; the first drawn among equals.</summary>
/// <remarks>Vvedenskaya, Dobrushin and Karpelevich (1996), Mitzenmacher (1996): two choices make long queues doubly rare.</remarks>
public sealed class PowerOfChoicesRouter(PowerOfChoicesKnobs knobs, RandomStream random) : IRouter
{
    public RouterNeeds Needs => RouterNeeds.Ends;

    public RouteDecision Route(in RoutedRequest request, RouterView view)
    {
        int best = (int)random.NextBelow((ulong)view.Count);
        for (int i = 1; i < knobs.Choices; i++)
        {
            int other = (int)random.NextBelow((ulong)view.Count);
            if (view.Requests(other) < view.Requests(best))
                best = other;
        }
        return RouteDecision.To(best);
    }
}

/// <summary>Knobs of <see cref="PowerOfChoicesRouter"/>.</summary>
public sealed record PowerOfChoicesKnobs : KnobSet
{
    [Knob("replicas drawn for each request", 1, 64)]
    public int Choices { get; init; } = 2;
}
