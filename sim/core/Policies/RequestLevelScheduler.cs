using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>FasterTransformer: a batch is formed when the one before it has finished, and no request joins until then.</summary>
/// <remarks>
/// <para>Tokens are handed out as they are made, but a finished sequence keeps its reservation until its batch ends
/// (<see cref="EngineLimits.HoldUntilBatchEnds"/>). The padding that such engines compute for finished sequences is not charged.</para>
/// <para>Such engines reserve all that a request will need. Over a layout that grows (paged blocks, or the oracle's live bytes)
/// finished sequences give their memory back, a step that finds none makes the latest arrival lose its KV, and that request waits
/// for the next batch like any other: none joins a running batch.</para>
/// <para>Source: Orca (OSDI 2022) section 2 on request-level scheduling; the rule of loss is vLLM's.</para>
/// </remarks>
public sealed class RequestLevelScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        if (view.Decoding > 0 && !view.NextStepFits)
            return Decision.Preempt;
        bool forming = view.Running == view.AdmittedThisRound;
        Blocked blocked = view.Waiting > 0 ? Blocked.Compute : Blocked.None;
        if (forming && view.Waiting > 0)
        {
            Decision admission = PrefillFirstScheduler.AdmitHead(view, besideDecodes: false);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        return view.Running == 0
            ? Decision.Idle(blocked)
            : Decision.Run(withDecodes: true, view.PreemptedThisRound == 0 ? Decision.Unlimited : 1, blocked);
    }
}
