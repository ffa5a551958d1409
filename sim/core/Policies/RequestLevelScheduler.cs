using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>FasterTransformer: a batch is formed when the one before it has finished, and nobody joins until then.</summary>
/// <remarks>
/// Tokens are handed out as they are made, but a finished sequence keeps its memory and its place until its batch ends
/// (<see cref="EngineLimits.HoldUntilBatchEnds"/>). The padding that such engines compute for finished sequences is not charged.
/// Source: Orca (OSDI 2022) section 2 on request-level scheduling.
/// </remarks>
public sealed class RequestLevelScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        bool forming = view.Running == view.AdmittedThisRound;
        Blocked blocked = view.Waiting > 0 ? Blocked.Compute : Blocked.None;
        if (forming && view.Waiting > 0)
        {
            Decision admission = PrefillFirstScheduler.AdmitHead(view, besideDecodes: false);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        return view.Running == 0 ? Decision.Idle(blocked) : Decision.Run(withDecodes: true, Decision.Unlimited, blocked);
    }
}
