namespace ELLM.Sim.Workload.Clients;

/// <summary>A request as a benchmark client saw it, seconds of the client's clock.</summary>
/// <param name="StartS">When it was sent.</param>
/// <param name="Input">Prompt tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="TtftS">From sending to the first chunk of the answer; null where the answer was not streamed.</param>
/// <param name="LatencyS">From sending to the end of the answer.</param>
public readonly record struct ClientRequest(double StartS, int Input, int Output, double? TtftS, double LatencyS)
{
    /// <summary>Time per output token after the first; null where there is none.</summary>
    public double? TpotS => TtftS is double first && Output > 1 ? (LatencyS - first) / (Output - 1) : null;
}
