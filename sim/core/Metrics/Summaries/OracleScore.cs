namespace ELLM.Sim.Metrics.Summaries;

/// <summary>What a run's oracle reached: the same scheduler and limits with live bytes only.</summary>
/// <remarks>
/// A share is of goodput, the requests a second that met their objectives: it counts latency and throughput, rejected and late
/// requests. Where not even the oracle met any objective it is of output tokens per second, which is then all there is to win.
/// </remarks>
public sealed record OracleScore(double? GoodputPerS, double? OutputTokensPerS)
{
    public static OracleScore Of(Summary oracle) => new(oracle.GoodputPerS, oracle.OutputTokensPerS);

    public bool ByGoodput => GoodputPerS > 0;

    /// <summary>1 is all that the oracle reached; more is a batch order that met more objectives.</summary>
    public double? ShareOf(Summary run) => ByGoodput
        ? run.GoodputPerS.GetValueOrDefault() / GoodputPerS
        : OutputTokensPerS > 0 ? run.OutputTokensPerS.GetValueOrDefault() / OutputTokensPerS : null;
}
