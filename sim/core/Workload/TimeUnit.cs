namespace ELLM.Sim.Workload;

/// <summary>What one unit of a file's time column is.</summary>
public enum TimeUnit
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}
