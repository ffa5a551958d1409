using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A deployment under one rate: what it was asked for, and what it served.</summary>
/// <param name="RatePerS">Mean arrivals per second.</param>
/// <param name="Attainment">Share of all requests that met the objectives.</param>
/// <param name="HalfWidth">Half of its 95 % confidence interval; null where there is none.</param>
/// <param name="TtftAttainment">Share that met the TTFT objective.</param>
/// <param name="TpotAttainment">Share that met the TPOT objective.</param>
public sealed record LoadPoint(double RatePerS, double Attainment, double? HalfWidth, double TtftAttainment, double TpotAttainment)
{
    /// <summary>Requests of each replay that were measured.</summary>
    public int Requests { get; init; }

    /// <summary>Attainment of the first half of the measured requests less that of the second.</summary>
    public double HalvesDifference { get; init; }

    /// <summary>Requests finished per second of the measured time.</summary>
    public double ServedPerS { get; init; }

    /// <summary>Those of them that met the objectives.</summary>
    public double GoodputPerS { get; init; }

    /// <summary>Output tokens of finished requests per second of the measured time.</summary>
    public double OutputTokensPerS { get; init; }

    /// <summary>Requests in flight and their trend; of a finite run it is not judged.</summary>
    public InFlightTrend InFlight { get; init; }

    /// <summary>False where work in flight grows as long as requests arrive: no attainment there is of a steady state.</summary>
    public bool KeepsUp { get; init; } = true;

    /// <summary>99th percentile of TTFT; 0 when nothing completed.</summary>
    public long TtftP99Ps { get; init; }

    /// <summary>99th percentile of TPOT, likewise.</summary>
    public long TpotP99Ps { get; init; }

    /// <summary>Share of the time with an iteration in flight, mean over replicas.</summary>
    public double BusyShare { get; init; }

    /// <summary>Share that met the end-to-end objective.</summary>
    public double E2eAttainment { get; init; } = 1;

    /// <summary>What requests have to meet.</summary>
    public Objectives Asked { get; init; } = Objectives.Ttft | Objectives.Tpot;

    /// <summary>How the replay did by the objectives of a whole run.</summary>
    public IReadOnlyList<PercentileScore> Percentiles { get; init; } = [];

    /// <summary>Met as measured.</summary>
    public bool Meets(double target) => KeepsUp && Judged(target) >= target;

    /// <summary>Met at the lower end of the confidence interval.</summary>
    public bool SurelyMeets(double target) => KeepsUp && Judged(target) - (HalfWidth ?? 0) >= target;

    /// <summary>Met at the upper end of the confidence interval.</summary>
    public bool MayMeet(double target) => KeepsUp && Judged(target) + (HalfWidth ?? 0) >= target;

    /// <summary>
    /// The attainment, and where a percentile is further from what was asked of it, the attainment that is as far from the target: what
    /// is beyond a p99 counts as much against its 1 % as what misses counts against the target's rest.
    /// </summary>
    public double Judged(double target) => Percentiles.Select(p => Judged(p, target)).Append(Attainment).Min();

    /// <summary>What keeps more from being served: the queue that grows, or the objective that is missed more often.</summary>
    public string Limit => !KeepsUp ? "queue" : Missed().MinBy(one => one.Share).Name;

    /// <summary>The share that met each objective, in words.</summary>
    public string ByObjective => string.Join(", ", Missed().Select(one =>
        FormattableString.Invariant($"{one.Share * 100:0.0}% {one.Name}")));

    private IEnumerable<(string Name, double Share)> Missed()
    {
        if ((Asked & Objectives.Ttft) != 0)
            yield return ("TTFT", TtftAttainment);
        if ((Asked & Objectives.Tpot) != 0)
            yield return ("TPOT", TpotAttainment);
        if ((Asked & Objectives.E2e) != 0)
            yield return ("E2E", E2eAttainment);
        foreach (PercentileScore score in Percentiles)
            yield return (score.Objective.Name, score.Share ?? 0);
        if (Asked == Objectives.None && Percentiles.Count == 0)
            yield return ("lost", Attainment);
    }

    private static double Judged(PercentileScore score, double target)
    {
        double wanted = score.Objective.Wanted, share = score.Share ?? 0;
        return target < 1 ? 1 - ((1 - share) * (1 - target) / (1 - wanted)) : share >= wanted ? 1 : share;
    }

    /// <summary>Means over finite runs of several draws, each over the run's own window.</summary>
    public static LoadPoint OfFinite(double ratePerS, IReadOnlyList<Summary> draws)
    {
        double[] met = [.. draws.Select(s => s.SloAttainment ?? 0)];
        return new LoadPoint(
            ratePerS, met.Sum() / met.Length, MeanInterval.Of(met).HalfWidth,
            Mean(draws, s => s.TtftAttainment), Mean(draws, s => s.TpotAttainment))
        {
            Requests = draws[0].Requests,
            Asked = draws[0].Slo.Asked,
            Percentiles = draws[0].Percentiles.Count == 0 ? [] : MeanScores(draws),
            ServedPerS = Mean(draws, s => s.RequestsPerS),
            GoodputPerS = Mean(draws, s => s.GoodputPerS),
            OutputTokensPerS = Mean(draws, s => s.OutputTokensPerS),
            TtftP99Ps = MeanPs(draws, s => s.Ttft),
            TpotP99Ps = MeanPs(draws, s => s.Tpot),
            BusyShare = Mean(draws, s => s.BusyShare),
        };
    }

    private static PercentileScore[] MeanScores(IReadOnlyList<Summary> draws) =>
    [
        .. draws[0].Percentiles.Select((first, i) => first with { Share = Mean(draws, s => s.Percentiles[i].Share) }),
    ];

    private static double Mean(IReadOnlyList<Summary> draws, Func<Summary, double?> get) => draws.Sum(s => get(s) ?? 0) / draws.Count;

    private static long MeanPs(IReadOnlyList<Summary> draws, Func<Summary, Distribution> get) =>
        (long)(draws.Aggregate((Int128)0, (sum, s) => sum + (get(s).Count == 0 ? 0 : get(s).P99Ps)) / draws.Count);
}
