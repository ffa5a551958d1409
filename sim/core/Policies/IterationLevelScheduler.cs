using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>Orca: at each iteration the queue's head joins while batch and memory have room; prompts run whole beside the
/// decodes.</summary>
/// <remarks>
/// <para>Orca reserves all that a request will need, so nothing is ever taken away. Over a layout that grows (paged blocks, or the
/// oracle's live bytes) a step that finds no memory makes the latest arrival lose its KV, and no request joins in that round.</para>
/// <para>Source: Orca (OSDI 2022) section 3, as re-implemented for PagedAttention (SOSP 2023) section 6.1; the rule of loss is
/// vLLM's.</para>
/// </remarks>
public sealed class IterationLevelScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        if (view.Decoding > 0 && view.PreparedTokens == 0 && !view.NextStepFits)
            return Decision.Preempt;

        Blocked blocked = view.Waiting > 0 ? Blocked.Memory : Blocked.None;
        // A round that preempted admits no request, unless it left none running: the next round would follow at once.
        if (view.Waiting > 0 && (view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound))
        {
            Decision admission = PrefillFirstScheduler.AdmitHead(view, besideDecodes: true);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        return view.Running == 0
            ? Decision.Idle(blocked)
            : Decision.Run(withDecodes: true, view.PreemptedThisRound == 0 ? Decision.Unlimited : 1, blocked);
    }
}
