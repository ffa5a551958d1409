namespace ELLM.Sim.Timing;

/// <summary>Where the times of a run come from: one entry an operator group, for results and <c>--verbose</c>.</summary>
/// <param name="Kind"><c>analytic</c>: fitted coefficients in formulas. <c>constant</c>: given numbers.</param>
/// <param name="Profile">Name of the timing profile.</param>
/// <param name="Overhead">Name of the engine overhead profile.</param>
/// <param name="Parts">The groups.</param>
public sealed record TimingProvenance(string Kind, string Profile, string Overhead, IReadOnlyList<TimingSource> Parts);
