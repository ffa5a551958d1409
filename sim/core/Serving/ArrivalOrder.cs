namespace ELLM.Sim.Serving;

/// <summary>The order in which requests arrive: that of the trace, unless sessions make their own.</summary>
/// <param name="rank">Request -> how many arrived before it; null: the requests' own order.</param>
public readonly struct ArrivalOrder(int[]? rank)
{
    public int Of(int request) => rank is null ? request : rank[request];
}
