namespace ELLM.Sim.Workload;

/// <summary>A fixed number of users, each with at most one request in the system.</summary>
/// <remarks>
/// Requests are taken in the order of the trace. Request k below <paramref name="Users"/> arrives <c>ThinkPs[k]</c> after 0; every
/// other one arrives <c>ThinkPs[k]</c> after the completion (or rejection) that set its user free.
/// </remarks>
/// <param name="Users">Requests that can be in the system at once.</param>
/// <param name="ThinkPs">Think time before each request, in picoseconds; one entry a request.</param>
public sealed record ClosedLoopPlan(int Users, long[] ThinkPs);
