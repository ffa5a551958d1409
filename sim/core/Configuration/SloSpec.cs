using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Service level objectives: what a request has to meet, and what the run as a whole has to.</summary>
/// <remarks>The multiples: eLLM (arXiv 2506.15155) asks for 25 times the latencies without contention, of both. At 3 times the TPOT binds
/// before memory does, and policies that differ in memory tie.</remarks>
public sealed record SloSpec(
    [property: Knob("TTFT objective in seconds; null: a multiple of the unloaded TTFT", 1e-6)] double? TtftS = null,
    [property: Knob("TPOT objective in seconds; null: a multiple of the unloaded TPOT", 1e-6)] double? TpotS = null,
    [property: Knob("default TTFT objective over the unloaded TTFT at the trace's mean prompt", 1e-3)] double TtftMultiple = 25,
    [property: Knob("default TPOT objective over the unloaded TPOT at the trace's mean lengths", 1e-3)] double TpotMultiple = 25,
    [property: Knob("objective for the whole latency of a request, arrival to last token, in seconds; null: none", 1e-6)]
    double? E2eS = null,
    [property: Knob("what a request has to meet, of ttft, tpot and e2e with commas between; none: to finish")]
    string Gate = "ttft,tpot",
    [property: Knob("objectives of the run, such as ttft.p99=500ms,itl.p95=50ms; none: none")] string Percentiles = "none")
{
    internal const string None = "none";

    /// <exception cref="InputException">The gate names something else, or an end-to-end objective that is not stated.</exception>
    internal Objectives Asked()
    {
        Objectives asked = Objectives.None;
        foreach (string name in Gate == None ? [] : Gate.Split(',', StringSplitOptions.TrimEntries))
        {
            asked |= name switch
            {
                "ttft" => Objectives.Ttft,
                "tpot" => Objectives.Tpot,
                "e2e" when E2eS is not null => Objectives.E2e,
                "e2e" => throw new InputException("slo.gate: e2e is asked for and slo.e2e_s is not stated"),
                _ => throw new InputException($"slo.gate: expected ttft, tpot and e2e separated by commas, or none, found '{Gate}'"),
            };
        }
        return asked;
    }
}
