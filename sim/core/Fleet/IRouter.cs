namespace ELLM.Sim.Fleet;

/// <summary>Decides, when a request arrives, which replica gets it. It sees what a router beside real engines sees.</summary>
/// <remarks>A router belongs to one run; its state is its own.</remarks>
public interface IRouter
{
    /// <summary>What its decisions depend on: the less, the more of a run can go side by side.</summary>
    RouterNeeds Needs { get; }

    /// <summary>Where a request goes. A request that was told to wait is asked about again whenever one has ended.</summary>
    RouteDecision Route(in RoutedRequest request, RouterView view);

    /// <summary>The router's own counts of a replica have changed, or whether it takes requests; called where <see cref="Needs"/> asks
    /// for ends, and for each replica before the first request.</summary>
    void Changed(int replica, RouterView view)
    {
    }
}

/// <summary>What a router's decisions depend on.</summary>
[Flags]
public enum RouterNeeds
{
    /// <summary>Nothing that happens after a request is routed.</summary>
    Nothing = 0,

    /// <summary>Its own counts, which change when requests end.</summary>
    Ends = 1,

    /// <summary>What engines report.</summary>
    Reports = 2,
}

/// <summary>A request as a router sees it.</summary>
/// <param name="Index">Its place in the trace.</param>
/// <param name="InputTokens">Of the prompt.</param>
/// <param name="OutputTokens">That it will ask for.</param>
/// <param name="ArrivalPs">When it came to the router.</param>
public readonly record struct RoutedRequest(int Index, int InputTokens, int OutputTokens, long ArrivalPs)
{
    public long Tokens => (long)InputTokens + OutputTokens;
}

/// <summary>What a router decides about a request.</summary>
public readonly record struct RouteDecision
{
    private RouteDecision(int replica) => Replica = replica;

    /// <summary>Index of the replica; negative where none gets it now.</summary>
    internal int Replica { get; }

    /// <summary>It waits at the router, behind those that wait there.</summary>
    public static RouteDecision Wait { get; } = new(-1);

    /// <summary>It is turned away, and counts as rejected.</summary>
    public static RouteDecision Refuse { get; } = new(-2);

    /// <param name="replica">Index of the replica that gets it.</param>
    public static RouteDecision To(int replica)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replica);
        return new RouteDecision(replica);
    }
}
