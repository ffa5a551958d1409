namespace ELLM.Sim.Metrics.Latencies;

/// <summary>The latencies of a request that objectives may be about.</summary>
[Flags]
public enum Objectives
{
    None = 0,
    Ttft = 1,
    Tpot = 2,

    /// <summary>End to end.</summary>
    E2e = 4,
}
