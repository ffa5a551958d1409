namespace ELLM.Sim.Timing;

/// <summary>Norms, rotary positions, activation function and KV write: each <c>max(launch, bytes m / (hbm
/// memory_efficiency))</c>.</summary>
public sealed record ElementwiseCoefficients(double LaunchUs, double MemoryEfficiency, string Source, bool Borrowed);
