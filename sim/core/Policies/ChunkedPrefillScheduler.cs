using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>Chunked prefill with decodes first: each iteration holds every decode and fills its token budget with prompt chunks.</summary>
/// <remarks>
/// <para>Sarathi-Serve's stall-free batching: (1) all decodes, one token each, preempting the latest arrival while one finds no
/// block; (2) prompts already begun, next chunk = min(rest, budget left); (3) new prompts while memory for the whole prompt, the
/// batch limit and at least one token of budget are left. Memory for a prompt is taken whole at admission.</para>
/// <para>vLLM 0.4-0.5 with chunked prefill enabled follows the same order, and like Sarathi's code looks at the queue after a
/// preemption too; the preempted request is back in front only afterwards (<see cref="SchedulerEntry.RequeuesAfterRound"/>; vLLM's
/// issue 5578 and pull request 13539, which would have changed it and was closed).</para>
/// <para>Source: Sarathi-Serve (OSDI 2024) algorithm 3; vLLM 0.5 <c>Scheduler._schedule_chunked_prefill</c>.</para>
/// </remarks>
public sealed class ChunkedPrefillScheduler : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        bool untouched = view.AdmittedThisRound == 0 && view.ResumedThisRound == 0 && view.PreparedTokens == 0;
        if (view.Decoding > 0 && untouched && !view.NextStepFits)
            return Decision.Preempt;

        int budget = view.MaxNumBatchedTokens - view.Decoding - view.PreparedTokens;
        int unfinished = view.UnfinishedPrefillTokens;
        if (unfinished > 0 && budget > 0)
        {
            int chunk = Math.Min(unfinished, budget);
            int hold = view.UnfinishedPrefillDone + unfinished;
            // Memory for the prompt is there; activations of the chunk may not be, where the boundary is elastic.
            return view.CanContinue(chunk, hold) ? Decision.Continue(chunk, hold) : Decision.Preempt;
        }
        // A round that preempted admits no request, unless it left none running: the next round would follow at once.
        bool mayReturn = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        if (view.Parked > 0 && mayReturn && view.Running < view.MaxNumSeqs && view.CanResume)
            return Decision.Resume;

        Blocked blocked = view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;
        if (view.Waiting > 0 && view.Parked == 0)
        {
            Decision admission = AdmitHead(view, budget);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        if (view.Decoding == 0 && view.PreparedTokens == 0)
            return view.Running == 0
                ? Decision.Idle(blocked)
                : throw new InvalidOperationException("a prompt in progress finds no token budget");
        bool settled = view.PreemptedThisRound == 0 && view.ResumedThisRound == 0;
        return Decision.Run(withDecodes: true, settled ? Decision.Unlimited : 1, blocked);
    }

    private static Decision AdmitHead(in SchedulerView view, int budget)
    {
        if (view.Running >= view.MaxNumSeqs || budget <= 0)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        int chunk = Math.Min(tokens - view.HeadCached, budget);
        return view.CanAdmitHead(chunk, tokens, besideDecodes: true) switch
        {
            Admission.Now => Decision.Admit(chunk, tokens, besideDecodes: true),
            Admission.Never => Decision.Reject,
            _ => Decision.Idle(Blocked.Memory),
        };
    }
}
