namespace ELLM.Sim.Compat.Vidur;

/// <summary>One request of a workload.</summary>
public readonly record struct VidurArrival(double ArrivedAtS, int PromptTokens, int OutputTokens);
