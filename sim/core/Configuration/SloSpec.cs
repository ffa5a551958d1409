using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Service level objectives; a request meets them when each of its two latencies does.</summary>
public sealed record SloSpec(
    [property: Knob("TTFT objective in seconds; null: a multiple of the unloaded TTFT", 1e-6)] double? TtftS = null,
    [property: Knob("TPOT objective in seconds; null: a multiple of the unloaded TPOT", 1e-6)] double? TpotS = null,
    [property: Knob("default TTFT objective over the unloaded TTFT at the trace's mean prompt", 1e-3)] double TtftMultiple = 10,
    [property: Knob("default TPOT objective over the unloaded TPOT at the trace's mean lengths", 1e-3)] double TpotMultiple = 3);
