using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>eLLM: prefill first, prompts that the GPU cannot keep go to a CPU buffer, whose size follows the SLOs.</summary>
/// <remarks>
/// <para>At a boundary: (1) the head of the queue is admitted to the GPU when it fits and the buffer is empty (sequences in it get the
/// room first); (2) else it is computed with its KV streamed to the buffer, when the logical size has room for all of it and the GPU
/// for its activations and the layers in flight; (3) else it waits; (4) when no prompt starts, the earliest sequence in the buffer
/// comes back if the GPU has room for it (<c>return_order=before-prompts</c>: this is looked at first). Prompts run whole, in
/// iterations of their own. A decode that finds no memory makes the latest arrival give up its KV, to the buffer when that has room
/// within its logical size like a prompt's, else to recomputation. Everything an iteration needs is granted together or not at all.</para>
/// <para>Source: reading notes on eLLM (arXiv 2506.15155) v1 and v2, and vLLM 0.5.5, which it is built on; that sequences in the
/// buffer get the room before new prompts is ours.</para>
/// </remarks>
/// <param name="scaler">Null: the buffer keeps its physical size (the ablation without SLO awareness).</param>
public sealed class ElasticScheduler(StreamKnobs knobs, BufferScaler? scaler, long ttftSloPs, long tpotSloPs) : ILatencyScheduler
{
    private readonly PrefillPressure _pressure = new(tpotSloPs);
    private readonly bool _byPrefills = knobs.LateDecodes == LateDecodes.ByPrefills;

    /// <summary>Of the latest prompt admitted.</summary>
    private int _promptTokens;

    public long? BufferBytes => scaler?.LogicalBytes;

    public Decision Decide(in SchedulerView view)
    {
        bool settled = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        if (knobs.ReturnOrder == ReturnOrder.BeforePrompts && settled && MayReturn(view))
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
        if (knobs.ReturnOrder == ReturnOrder.AfterPrompts && settled && MayReturn(view))
            return Decision.Resume;
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
            bool lateDecode = _byPrefills ? _pressure.Late(outcome, step) : IsLate(outcome, step);
            bool lateHead = outcome.HeadArrivalPs >= 0 && outcome.EndOf(step) - outcome.HeadArrivalPs > ttftSloPs;
            scaler.Count(lateDecode, lateHead || outcome.LatestFirstTokenPs > ttftSloPs);
        }
        _pressure.Ended(outcome);
    }

    private bool IsLate(in IterationOutcome outcome, long step)
    {
        long before = step > 1 ? outcome.EndOf(step - 1) : outcome.LastStepEndPs;
        return outcome.LastStepEndPs >= 0 && outcome.EndOf(step) - before > tpotSloPs;
    }

    /// <summary>Whether the earliest sequence in the buffer may come back now, and leaves room for the prompts that it has to: none
    /// when the buffer could not take another anyway.</summary>
    private bool MayReturn(in SchedulerView view) =>
        view.Parked > 0 && view.AdmittedThisRound == 0 && view.Running + view.Fetching < view.MaxNumSeqs
        && view.CanResumeBeside(Buffers(view, _promptTokens) ? (int)Math.Min(int.MaxValue, (long)knobs.ReturnPrompts * _promptTokens) : 0);

    private Decision AdmitHead(in SchedulerView view)
    {
        if (view.Running + view.Fetching + (knobs.CountParked ? view.Parked : 0) >= view.MaxNumSeqs || Owed(view) > 0)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Decision.Idle(Blocked.Compute) : Decision.Reject;
        int computed = tokens - view.HeadCached;
        Admission room = view.CanAdmitHead(computed, tokens, besideDecodes: false);
        if (room == Admission.Never)
            return Decision.Reject;
        if (room == Admission.Now && view.Parked == 0)
        {
            _promptTokens = tokens;
            return Decision.Admit(computed, tokens);
        }

        if (!Buffers(view, tokens) || !view.CanStreamHead(knobs.WindowWatermark))
            return Decision.Idle(Blocked.Memory);
        _promptTokens = tokens;
        return Decision.AdmitToHost(tokens, view.StreamWindowTokens);
    }

    private bool Buffers(in SchedulerView view, int tokens) =>
        view.HostFits(tokens) && view.HostUsedBytes + (tokens * view.KvBytesPerToken) <= (scaler?.LogicalBytes ?? long.MaxValue);

    /// <summary>How long decodes still run before any prompt may start; 0 where the buffer's size holds back only what needs it.</summary>
    private long Owed(in SchedulerView view) =>
        scaler is not null && knobs.ThrottledPrompts != ThrottledPrompts.Buffered && view.Decoding > 0 ? _pressure.OwedPs(scaler) : 0;

    /// <summary>Steps in which no violation can move the buffer: late ones are taken one by one as long as they could.</summary>
    private long Horizon(in SchedulerView view)
    {
        if (scaler is null)
            return Decision.Unlimited;
        long horizon = Decision.Unlimited;
        StepSeries next = view.NextSteps;
        if (scaler.CanShrink)
        {
            bool counts = !_byPrefills || next.FirstPs <= tpotSloPs;
            if (counts && view.NowPs + next.FirstPs - view.LastStepEndPs > tpotSloPs)
                return 1;
            if (!_byPrefills)
                horizon = StepsInTime(next);
        }
        if (scaler.CanGrow && view.HeadArrivalPs >= 0)
        {
            // The head is late after that many.
            long left = ttftSloPs - (view.NowPs - view.HeadArrivalPs);
            horizon = Math.Min(horizon, next.StepsWithin(left));
        }
        if (view.Waiting > 0 && Owed(view) is > 0 and long owed)
            horizon = Math.Min(horizon, PrefillPressure.StepsToPay(owed, next));
        return Math.Max(1, horizon);
    }

    /// <summary>Steps that take no longer than the objective.</summary>
    private long StepsInTime(in StepSeries next)
    {
        if (next.GrowthPs > 0)
            return ((tpotSloPs - next.FirstPs) / next.GrowthPs) + 1;
        return next.FirstPs > tpotSloPs ? 1 : Decision.Unlimited;
    }
}
