
namespace ELLM.Sim.Compat.Vidur;

/// <summary>Per-request metrics as Vidur defines them, which is not how this simulator's own results do.</summary>
public static class VidurMetrics
{
    /// <summary>First token minus arrival; null before it (Vidur: prefill_e2e_time).</summary>
    public static double? TimeToFirstToken(VidurRequest request) => request.FirstTokenAt - request.ArrivedAt;

    /// <summary>Last token minus arrival (Vidur: request_e2e_time).</summary>
    public static double? EndToEnd(VidurRequest request) => request.CompletedAt - request.ArrivedAt;

    /// <summary>First batch minus arrival (Vidur: request_scheduling_delay).</summary>
    public static double? SchedulingDelay(VidurRequest request) => request.FirstScheduledAt - request.ArrivedAt;

    /// <summary>
    /// (last token - first token) / D, D as the last restart left it (Vidur: decode_time_execution_plus_preemption_normalized).
    /// A TPOT divides by the gaps instead, D - 1 of the original output: this one is lower without restarts.
    /// </summary>
    public static double? DecodeTimeNormalized(VidurRequest request) =>
        (request.CompletedAt - request.FirstTokenAt) / request.Output;
}
