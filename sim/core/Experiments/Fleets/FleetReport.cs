using ELLM.Sim.Metrics.Observers;

namespace ELLM.Sim.Experiments.Fleets;

/// <summary>What a fleet did.</summary>
/// <param name="Total">All of it together.</param>
/// <param name="Members">Each deployment, in the order of the plan.</param>
/// <param name="Hours">By hour of arrival; empty where records are kept.</param>
public sealed record FleetReport(FleetPlan Plan, RunReport Total, IReadOnlyList<RunReport> Members, IReadOnlyList<HourOfRun> Hours)
{
    /// <summary>All of it, then its deployments where there are several.</summary>
    public IReadOnlyList<RunReport> Rows => Members.Count == 1 ? [Total] : [Total, .. Members];
}
