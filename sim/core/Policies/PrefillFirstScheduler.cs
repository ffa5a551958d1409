using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>vLLM's default scheduler up to 0.5: waiting prompts run before decodes, whole, in iterations of their own.</summary>
/// <remarks>
/// <para>While the head of the queue fits the batch limit, the token budget and the memory (watermark kept), it joins a prefill-only
/// iteration. If none was admitted, all running sequences decode one token; a running sequence that finds no block makes the
/// latest arrival lose its KV. Nothing is admitted while KV is on the host, and no sequence comes back in a round that
/// preempted.</para>
/// <para>Source: vLLM 0.5 <c>Scheduler._schedule_default</c>; PagedAttention (SOSP 2023) section 4.5.</para>
/// </remarks>
public sealed class PrefillFirstScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        Blocked blocked = view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;
        // A round that preempted admits no request, unless it left none running: the next round would follow at once.
        bool mayAdmit = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        if (view.Waiting > 0 && view.Parked == 0 && mayAdmit && view.ResumedThisRound == 0)
        {
            Decision admission = AdmitHead(view, besideDecodes: false);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        if (view.AdmittedThisRound > 0)
            return Decision.Run(withDecodes: false, 1, blocked);

        bool resumed = view.ResumedThisRound > 0;
        if (view.Decoding > 0 && !resumed && !view.NextStepFits)
            return Decision.Preempt;
        if (view.Parked > 0 && mayAdmit && view.Running < view.MaxNumSeqs && view.CanResume)
            return Decision.Resume;
        if (view.Decoding == 0)
            return Decision.Idle(blocked);

        // After a preemption or a return the queue gets its turn with the next step.
        bool settled = view.PreemptedThisRound == 0 && !resumed;
        return Decision.Run(withDecodes: true, settled ? Decision.Unlimited : 1, blocked);
    }

    /// <summary>Admits or rejects the head of the queue, whole; Idle says why not.</summary>
    /// <remarks>The batch limit is asked before memory: while no sequence completes it stays the reason, whatever memory does
    /// meanwhile.</remarks>
    internal static Decision AdmitHead(in SchedulerView view, bool besideDecodes)
    {
        if (view.Running + view.Held >= view.MaxNumSeqs)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Decision.Idle(Blocked.Compute) : Decision.Reject;
        int computed = tokens - view.HeadCached;
        return view.CanAdmitHead(computed, tokens, besideDecodes) switch
        {
            Admission.Now => Decision.Admit(computed, tokens, besideDecodes),
            Admission.Never => Decision.Reject,
            _ => Decision.Idle(Blocked.Memory),
        };
    }
}
