using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Latency objectives in picoseconds; both are met when the value is not above the target.</summary>
/// <param name="TtftPs">Time to first token.</param>
/// <param name="TpotPs">Time per output token; a request of one token has none and meets it.</param>
public readonly record struct SloTargets(long TtftPs, long TpotPs)
{
    public bool MeetsTtft(in RequestRecord r) => RequestLatency.Ttft(r) <= TtftPs;

    public bool MeetsTpot(in RequestRecord r) =>
        r.Status == RequestStatus.Finished && (RequestLatency.Tpot(r) ?? 0) <= TpotPs;
}
