using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>LayerKV: prefill first, but only within the decodes' TPOT slack; a prompt may start with part of its layers on the
/// GPU.</summary>
/// <remarks>
/// <para>At a boundary: (1) the earliest sequence that waits for its offloaded layers gets room for all of them when there is some,
/// and they are fetched; (2) the head of the queue is considered when batch and token budget have room and the prefill iteration
/// with it takes no longer than the least slack of the decodes (<see cref="TpotSlack"/>; nothing decodes: any time); (3) it starts
/// whole when it fits and no sequence waits for layers, (4) else with the fewest layers that let the link copy the others while the
/// iteration computes (eq. 4), when the GPU has room for these and the layers in flight, and the host for the others; (5) else it
/// waits. Prompts run whole, in iterations of their own. A decode that finds no memory makes the latest arrival lose its KV to
/// recomputation.</para>
/// <para>The slack is asked before memory: how long either answer stays is then known (<see cref="TpotSlack.StepsShort"/>,
/// <see cref="TpotSlack.StepsEnough"/>), and memory only gets tighter while the same sequences decode. T_prefill is the time
/// model's, for the iteration as a whole, times a correction (eq. 3 has FLOPs over peak times an empirical one).</para>
/// <para>Source: LayerKV (arXiv 2410.00428), from reading notes; the order of (1), (3) and (4) and recomputation are ours.</para>
/// </remarks>
/// <param name="limited">False: prefills start whatever the slack (the ablation without SLO awareness).</param>
/// <param name="correction">Factor on the time model's prefill time where the rules predict it.</param>
public sealed class SloSlackScheduler(bool limited, double correction, LengthPredictor predictor, long tpotSloPs) : ILatencyScheduler
{
    private readonly TpotSlack _slack = new(tpotSloPs);

    public Decision Decide(in SchedulerView view)
    {
        bool settled = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        bool place = view.Running + view.Fetching < view.MaxNumSeqs;
        if (view.Parked > 0 && view.AdmittedThisRound == 0 && settled && place && view.CanResume)
            return Decision.Resume;

        Blocked blocked = view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;
        long horizon = Decision.Unlimited;
        if (view.Waiting > 0 && settled)
        {
            (Decision admission, horizon) = AdmitHead(view);
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
        return Decision.Run(withDecodes: true, calm ? horizon : 1, blocked);
    }

    public void Joined(in DecodeStart start)
    {
        if (limited)
            _slack.Join(start.Slot, start.Step, start.Emitted, predictor.Predict(start.OutputTokens), start.NowPs - start.SpentPs);
    }

    public void Left(int slot, int emitted, bool finished)
    {
        if (!limited)
            return;
        _slack.Leave(slot);
        if (finished)
            predictor.Learn(emitted);
    }

    /// <summary>Admits or rejects the head of the queue; Idle says why not, and for how many decode steps that is the answer.</summary>
    private (Decision Decision, long Horizon) AdmitHead(in SchedulerView view)
    {
        if (view.Running + view.Fetching + view.Parked >= view.MaxNumSeqs)
            return Wait(Blocked.Compute, Decision.Unlimited);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Wait(Blocked.Compute, 1) : (Decision.Reject, 0);
        int computed = tokens - view.HeadCached;
        Admission room = view.CanAdmitHead(computed, tokens, besideDecodes: false);
        if (room == Admission.Never)
            return (Decision.Reject, 0);

        long needPs = Corrected(view.PrefillPs);
        long horizon = Decision.Unlimited;
        if (limited && view.Decoding > 0)
        {
            SlackClock clock = new(view.NowPs, view.DecodeStep, view.NextSteps);
            if (_slack.Least(clock) < needPs)
                return Wait(Blocked.Compute, _slack.StepsShort(needPs, clock));
            if (view.AdmittedThisRound == 0)
                horizon = _slack.StepsEnough(needPs, clock);
        }
        if (room == Admission.Now && view.Parked == 0)
            return (Decision.Admit(computed, tokens), 0);

        int kept = view.LayersToKeep(needPs);
        if (kept < 0 || !view.HostFitsLayers(tokens, view.Layers - kept))
            return Wait(Blocked.Memory, horizon);
        int held = Math.Min(view.Layers, kept + view.WindowLayers);
        return view.CanAdmitHeadByLayer(held, kept) == Admission.Now
            ? (Decision.AdmitByLayer(tokens, held, kept), 0)
            : Wait(Blocked.Memory, horizon);
    }

    private long Corrected(long ps) => correction == 1 ? ps : (long)(ps * correction);

    private static (Decision Decision, long Horizon) Wait(Blocked why, long horizon) => (Decision.Idle(why), horizon);
}
