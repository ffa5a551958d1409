namespace ELLM.Sim.Timing;

/// <summary>The source of one group of times.</summary>
/// <param name="Part">The group: <c>gemm</c>, <c>decode attention</c>, …</param>
/// <param name="Source">Table or fit, with its error where one is known.</param>
/// <param name="Borrowed">True when fitted on another device.</param>
public sealed record TimingSource(string Part, string Source, bool Borrowed);
