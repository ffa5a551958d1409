namespace ELLM.Sim.Workload;

/// <summary>A fixed number of users, each with at most one request in the system.</summary>
/// <remarks>
/// Requests are taken in the order of the trace. Request k below <paramref name="users"/> arrives <c>ThinkPs[k]</c> after 0; every
/// other one arrives <c>ThinkPs[k]</c> after the completion (or rejection) that set its user free.
/// </remarks>
/// <param name="users">Requests that can be in the system at once.</param>
/// <param name="thinkPs">Think time before each request, in picoseconds.</param>
public sealed class ClosedLoopPlan(int users, long[] thinkPs) : OptionalColumn
{
    public int Users => users;

    public long[] ThinkPs => thinkPs;

    public override int Count => thinkPs.Length;

    public override OptionalColumn Pick(ReadOnlySpan<int> rows) => new ClosedLoopPlan(users, Pick(thinkPs, rows));
}
