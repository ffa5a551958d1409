using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Latency objectives in picoseconds; one is met when the value is not above it.</summary>
/// <param name="TtftPs">Time to first token.</param>
/// <param name="TpotPs">Time per output token; a request of one token has none and meets it.</param>
/// <param name="E2ePs">End to end.</param>
/// <param name="Asked">Those that a request has to meet; schedulers read the others all the same.</param>
public readonly record struct SloTargets(
    long TtftPs, long TpotPs, long E2ePs = long.MaxValue, Objectives Asked = Objectives.Ttft | Objectives.Tpot)
{
    /// <summary>Objectives of the run as a whole, beside those of each request.</summary>
    public IReadOnlyList<PercentileObjective> Percentiles { get; init; } = [];

    public bool MeetsTtft(in RequestRecord r) => RequestLatency.Ttft(r) <= TtftPs;

    public bool MeetsTpot(in RequestRecord r) =>
        r.Status == RequestStatus.Finished && (RequestLatency.Tpot(r) ?? 0) <= TpotPs;

    public bool MeetsE2e(in RequestRecord r) => RequestLatency.EndToEnd(r) <= E2ePs;

    /// <summary>Finished, within every objective asked for.</summary>
    public bool Meets(in RequestRecord r) =>
        r.Status == RequestStatus.Finished && (!Asks(Objectives.Ttft) || MeetsTtft(r)) && (!Asks(Objectives.Tpot) || MeetsTpot(r))
        && (!Asks(Objectives.E2e) || MeetsE2e(r));

    public bool Asks(Objectives one) => (Asked & one) != 0;

    /// <summary>How a run did by each percentile objective.</summary>
    /// <param name="gaps">Between tokens; needed where an objective is about them.</param>
    public PercentileScore[] Score(ReadOnlySpan<RequestRecord> records, LogHistogram? gaps)
    {
        if (Percentiles is not { Count: > 0 } all)
            return [];
        PercentileScore[] scores = new PercentileScore[all.Count];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = new PercentileScore(all[i], all[i].Share(records, gaps));
        return scores;
    }
}
