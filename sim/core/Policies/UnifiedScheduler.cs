using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>The scheduler of current vLLM (V1): one token budget, running sequences first, later ones get the rest.</summary>
/// <remarks>
/// <para>Running sequences are served in order of arrival: a decode takes one token, a prompt in progress as many as the budget
/// leaves; memory is taken chunk by chunk, and a sequence that finds none makes the latest one lose its KV, itself if it is the
/// latest. Only a round without a preemption then admits from the queue, while budget, batch limit and memory for the first
/// chunk (with <paramref name="fullPromptCheck"/>: for the whole prompt) last. No watermark; recompute only.</para>
/// <para>Source: vLLM V1 <c>Scheduler.schedule</c>.</para>
/// </remarks>
public sealed class UnifiedScheduler(bool fullPromptCheck) : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        if (view.Decoding > 0 && view.PreparedTokens == 0 && !view.NextStepFits)
            return Decision.Preempt;

        int budget = view.MaxNumBatchedTokens - view.Decoding - view.PreparedTokens;
        int unfinished = view.UnfinishedPrefillTokens;
        if (unfinished > 0 && budget > 0)
        {
            int chunk = Math.Min(unfinished, budget);
            int hold = view.UnfinishedPrefillDone + chunk;
            return view.CanContinue(chunk, hold) ? Decision.Continue(chunk, hold) : Decision.Preempt;
        }

        Blocked blocked = view.Waiting > 0 ? Blocked.Memory : Blocked.None;
        // A round that preempted admits no request, unless it left none running: the next round would follow at once.
        if (view.Waiting > 0 && (view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound))
        {
            Decision admission = AdmitHead(view, budget);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        if (view.Decoding == 0 && view.PreparedTokens == 0)
            return Decision.Idle(blocked);
        return Decision.Run(withDecodes: true, view.PreemptedThisRound == 0 ? Decision.Unlimited : 1, blocked);
    }

    private Decision AdmitHead(in SchedulerView view, int budget)
    {
        if (view.Running >= view.MaxNumSeqs || budget <= 0)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        int cached = view.HeadCached;
        int chunk = Math.Min(tokens - cached, budget);
        int hold = cached + chunk;
        return view.CanAdmitHead(chunk, fullPromptCheck ? tokens : hold, besideDecodes: true) switch
        {
            Admission.Now => Decision.Admit(chunk, hold, besideDecodes: true),
            Admission.Never => Decision.Reject,
            _ => Decision.Idle(Blocked.Memory),
        };
    }
}
