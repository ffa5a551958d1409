using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>eLLM: prefill first, prompts that the GPU cannot keep go to a CPU buffer, whose size follows the SLOs.</summary>
/// <remarks>
/// <para>At a boundary: (1) the earliest sequence in the buffer comes back when the GPU has room for it; (2) the head of the queue
/// is admitted to the GPU when it fits and the buffer is empty (sequences in it get the room first); (3) else it is
/// computed with its KV streamed to the buffer, when the logical size has room for all of it and the GPU for its activations and
/// the layers in flight; (4) else it waits. Prompts run whole, in iterations of their own. A decode that finds no memory makes the
/// latest arrival lose its KV to recomputation. Everything an iteration needs is granted together or not at all.</para>
/// <para>Source: reading notes on eLLM (arXiv 2506.15155) v1 and v2; the order of (1) to (3) and recomputation are ours.</para>
/// </remarks>
/// <param name="scaler">Null: the buffer keeps its physical size (the ablation without SLO awareness).</param>
public sealed class ElasticScheduler(BufferScaler? scaler, long ttftSloPs, long tpotSloPs) : ILatencyScheduler
{
    public long? BufferBytes => scaler?.LogicalBytes;

    public Decision Decide(in SchedulerView view)
    {
        bool settled = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        int resident = view.Running + view.Fetching;
        if (view.Parked > 0 && view.AdmittedThisRound == 0 && settled && resident < view.MaxNumSeqs && view.CanResume)
            return Decision.Resume;

        Blocked blocked = view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;
        if (view.Waiting > 0 && settled)
        {
            Decision admission = AdmitHead(view);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        if (view.AdmittedThisRound > 0)
            return Decision.Run(withDecodes: false, 1, blocked);
        if (view.Decoding == 0)
            return Decision.Idle(blocked);
        if (view.ResumedThisRound == 0 && !view.NextStepFits)
            return Decision.Preempt;
        bool calm = view.PreemptedThisRound == 0 && view.ResumedThisRound == 0;
        return Decision.Run(withDecodes: true, calm ? Horizon(view) : 1, blocked);
    }

    public void Ended(in IterationOutcome outcome)
    {
        if (scaler is null)
            return;
        // Steps of a jump change nothing by themselves (Horizon), so only those still in the window count.
        for (long step = Math.Max(1, outcome.Steps - scaler.Window + 1); step <= outcome.Steps; step++)
        {
            long end = outcome.EndOf(step);
            long gap = step > 1 ? end - outcome.EndOf(step - 1) : end - outcome.LastStepEndPs;
            bool lateDecode = outcome.LastStepEndPs >= 0 && gap > tpotSloPs;
            bool lateHead = outcome.HeadArrivalPs >= 0 && end - outcome.HeadArrivalPs > ttftSloPs;
            scaler.Count(lateDecode, lateHead || outcome.LatestFirstTokenPs > ttftSloPs);
        }
    }

    private Decision AdmitHead(in SchedulerView view)
    {
        if (view.Running + view.Fetching + view.Parked >= view.MaxNumSeqs)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Decision.Idle(Blocked.Compute) : Decision.Reject;
        int computed = tokens - view.HeadCached;
        Admission room = view.CanAdmitHead(computed, tokens, besideDecodes: false);
        if (room == Admission.Never)
            return Decision.Reject;
        if (room == Admission.Now && view.Parked == 0)
            return Decision.Admit(computed, tokens);

        int window = view.StreamWindowTokens;
        long logical = scaler?.LogicalBytes ?? long.MaxValue;
        bool buffered = view.HostFits(tokens) && view.HostUsedBytes + (tokens * view.KvBytesPerToken) <= logical;
        return buffered && view.CanStreamHead
            ? Decision.AdmitToHost(tokens, window)
            : Decision.Idle(Blocked.Memory);
    }

    /// <summary>Steps in which no violation can move the buffer: late ones are taken one by one as long as they could.</summary>
    private long Horizon(in SchedulerView view)
    {
        if (scaler is null)
            return Decision.Unlimited;
        long horizon = Decision.Unlimited;
        StepSeries next = view.NextSteps;
        if (scaler.CanShrink)
        {
            if (view.NowPs + next.FirstPs - view.LastStepEndPs > tpotSloPs)
                return 1;
            if (next.GrowthPs > 0)
                horizon = ((tpotSloPs - next.FirstPs) / next.GrowthPs) + 1;
            else if (next.FirstPs > tpotSloPs)
                return 1;
        }
        if (scaler.CanGrow && view.HeadArrivalPs >= 0)
        {
            // The head is late after that many.
            long left = ttftSloPs - (view.NowPs - view.HeadArrivalPs);
            horizon = Math.Min(horizon, next.StepsWithin(left));
        }
        return Math.Max(1, horizon);
    }
}
