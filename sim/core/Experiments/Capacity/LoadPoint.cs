using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A deployment under one rate: means over the draws.</summary>
/// <param name="RatePerS">Mean arrivals per second.</param>
/// <param name="Attainment">Share of all requests that met both objectives.</param>
/// <param name="HalfWidth">Half of its 95 % confidence interval over the draws; null for a single draw.</param>
/// <param name="TtftAttainment">Share that met the TTFT objective.</param>
/// <param name="TpotAttainment">Share that met the TPOT objective.</param>
/// <param name="OverloadedShare">Share of the draws in which the queue grew until the last arrival (<see cref="StabilityVerdict.Overloaded"/>).</param>
/// <param name="TokensPerRequest">Output tokens emitted per request of the trace.</param>
/// <param name="TtftP99Ps">99th percentile of TTFT, mean over draws; 0 when nothing completed.</param>
/// <param name="TpotP99Ps">99th percentile of TPOT, likewise.</param>
/// <param name="BusyShare">Share of the window with an iteration in flight, likewise.</param>
public sealed record LoadPoint(
    double RatePerS,
    double Attainment,
    double? HalfWidth,
    double TtftAttainment,
    double TpotAttainment,
    double OverloadedShare,
    double TokensPerRequest,
    long TtftP99Ps,
    long TpotP99Ps,
    double BusyShare)
{
    /// <summary>A queue that grows in most draws has no steady state: its attainment would fall with the length of the trace.</summary>
    public bool KeepsUp => OverloadedShare <= 0.5;

    /// <summary>Met in the mean over the draws.</summary>
    public bool Meets(double target) => KeepsUp && Attainment >= target;

    /// <summary>Met at the lower end of the confidence interval.</summary>
    public bool SurelyMeets(double target) => KeepsUp && Attainment - (HalfWidth ?? 0) >= target;

    /// <summary>Met at the upper end of the confidence interval.</summary>
    public bool MayMeet(double target) => KeepsUp && Attainment + (HalfWidth ?? 0) >= target;

    /// <summary>What keeps more from being served: the queue that grows, or the objective that is missed more often.</summary>
    public string Limit => !KeepsUp ? "queue" : TtftAttainment <= TpotAttainment ? "TTFT" : "TPOT";

    public static LoadPoint Of(double ratePerS, IReadOnlyList<Summary> draws)
    {
        double[] met = [.. draws.Select(s => s.SloAttainment ?? 0)];
        return new LoadPoint(
            ratePerS,
            met.Sum() / met.Length,
            MeanInterval.Of(met).HalfWidth,
            Mean(draws, s => s.TtftAttainment),
            Mean(draws, s => s.TpotAttainment),
            (double)draws.Count(s => s.Verdict == StabilityVerdict.Overloaded) / draws.Count,
            Mean(draws, s => s.OutputTokensPerS * s.WindowPs / 1e12 / s.Requests),
            MeanPs(draws, s => s.Ttft),
            MeanPs(draws, s => s.Tpot),
            Mean(draws, s => s.BusyShare));
    }

    private static double Mean(IReadOnlyList<Summary> draws, Func<Summary, double?> get) => draws.Sum(s => get(s) ?? 0) / draws.Count;

    private static long MeanPs(IReadOnlyList<Summary> draws, Func<Summary, Distribution> get) =>
        (long)(draws.Aggregate((Int128)0, (sum, s) => sum + (get(s).Count == 0 ? 0 : get(s).P99Ps)) / draws.Count);
}
