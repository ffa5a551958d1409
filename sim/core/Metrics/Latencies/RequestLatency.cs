using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>The per-request latencies, each defined once. Picoseconds; <c>null</c> where a value is undefined.</summary>
public static class RequestLatency
{
    /// <summary>TTFT: arrival to first output token, queueing included.</summary>
    public static long? Ttft(in RequestRecord r) =>
        r.Status == RequestStatus.Finished ? r.FirstTokenPs - r.ArrivalPs : null;

    /// <summary>End-to-end latency: arrival to last output token.</summary>
    public static long? EndToEnd(in RequestRecord r) =>
        r.Status == RequestStatus.Finished ? r.FinishPs - r.ArrivalPs : null;

    /// <summary>TPOT: (end-to-end - TTFT) / (output tokens - 1), rounded to the nearest picosecond; undefined for one token.</summary>
    public static long? Tpot(in RequestRecord r) =>
        r.Status == RequestStatus.Finished && r.OutputTokens > 1
            ? DivideRounded(r.FinishPs - r.FirstTokenPs, r.OutputTokens - 1)
            : null;

    /// <summary>Normalised latency: end-to-end / output tokens (the metric of PagedAttention, Kwon et al., SOSP 2023).</summary>
    public static long? Normalized(in RequestRecord r) =>
        r.Status == RequestStatus.Finished ? DivideRounded(r.FinishPs - r.ArrivalPs, r.OutputTokens) : null;

    /// <summary>Nearest integer of a quotient of non-negative numbers, halves up.</summary>
    internal static long DivideRounded(long dividend, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(dividend, divisor);
        return rest >= divisor - rest ? quotient + 1 : quotient;
    }
}
