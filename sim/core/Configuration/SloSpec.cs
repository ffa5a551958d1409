namespace ELLM.Sim.Configuration;

/// <summary>Service level objectives; a request meets them when each of its two latencies does.</summary>
/// <param name="TtftS">Time to first token in seconds; absent: the multiple of the unloaded value.</param>
/// <param name="TpotS">Time per output token in seconds; absent: the multiple of the unloaded value.</param>
/// <param name="TtftMultiple">Default TTFT objective as a multiple of the deployment's unloaded TTFT at the trace's mean prompt.</param>
/// <param name="TpotMultiple">Default TPOT objective as a multiple of the deployment's unloaded TPOT at the trace's mean lengths.</param>
public sealed record SloSpec(double? TtftS = null, double? TpotS = null, double TtftMultiple = 10, double TpotMultiple = 3);
