using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>Orca: at each iteration the queue's head joins while batch and memory have room; prompts run whole beside the decodes.</summary>
/// <remarks>Source: Orca (OSDI 2022) section 3, as re-implemented for PagedAttention (SOSP 2023) section 6.1.</remarks>
public sealed class IterationLevelScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        Blocked blocked = Blocked.None;
        if (view.Waiting > 0)
        {
            Decision admission = PrefillFirstScheduler.AdmitHead(view, besideDecodes: true);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        return view.Running == 0 ? Decision.Idle(blocked) : Decision.Run(withDecodes: true, Decision.Unlimited, blocked);
    }
}
