namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>What the reference run says of one request; seconds of simulation time, null for what its files do not say.</summary>
public readonly record struct VidurReference(
    double? FirstScheduledAt, double? FirstTokenAt, double? FinishedAt, int? Restarts, int? Iterations);
