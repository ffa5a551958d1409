using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>LayerKV: prefill first, but only within the decodes' TPOT slack; a prompt may start with part of its layers on the
/// GPU.</summary>
/// <remarks>
/// <para>At a boundary: (1) the earliest sequence that waits for its offloaded layers gets room for all of them when there is some,
/// and they are fetched; (2) the head of the queue is considered when batch and token budget have room and the prefill iteration
/// with it takes no longer than the least slack of the decodes (<see cref="TpotSlack"/>; nothing decodes: any time); where it takes
/// longer, a few prompts behind it may be considered instead (<c>look_past</c>); (3) it starts whole when it fits and no sequence
/// waits for layers, (4) else with the fewest layers that let the link copy the others while the iteration computes (eq. 4), or with
/// as many more as fit, when the GPU has room for these and the layers in flight, and the host for the others; (5) else it
/// waits. Prompts run whole, in iterations of their own. A decode that finds no memory makes the latest arrival lose its KV to
/// recomputation.</para>
/// <para>The slack is asked before memory: how long either answer stays is then known (<see cref="TpotSlack.StepsShort"/>,
/// <see cref="TpotSlack.StepsEnough"/>), and memory only gets tighter while the same sequences decode. T_prefill is the time
/// model's, for the iteration as a whole, times a correction (eq. 3 has FLOPs over peak times an empirical one).</para>
/// <para>Source: LayerKV (arXiv 2410.00428), from reading notes; the order of (1), (3) and (4) and recomputation are ours.</para>
/// </remarks>
/// <param name="countParked">Sequences that wait for layers take a place in the batch.</param>
public sealed class SloSlackScheduler(SloSlackKnobs knobs, LengthPredictor predictor, bool countParked, long tpotSloPs) : ILatencyScheduler
{
    private readonly TpotSlack _slack = new(tpotSloPs, knobs.ProtectLost);

    /// <summary>Of the prompts passed in this round: why the first waits, and for how many steps all of them do.</summary>
    private Blocked _passedBlocked;
    private long _passedSteps;

    public bool LooksPastHead => knobs.LookPast > 0 && knobs.SlackLimit;

    public Decision Decide(in SchedulerView view)
    {
        bool settled = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        bool place = view.Running + view.Fetching < view.MaxNumSeqs;
        if (view.Parked > 0 && view.AdmittedThisRound == 0 && settled && place && view.CanResume)
            return Decision.Resume;

        bool passed = view.PassedThisRound > 0;
        Blocked blocked = passed ? _passedBlocked : view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;
        long horizon = passed ? _passedSteps : Decision.Unlimited;
        if (view.Waiting > 0 && settled)
        {
            (Decision admission, long steps, bool forSlack) = AdmitHead(view);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            if (!passed)
                blocked = admission.Blocked;
            horizon = Math.Min(horizon, steps);
            if (forSlack && view.PassedThisRound < knobs.LookPast)
            {
                (_passedBlocked, _passedSteps) = (blocked, horizon);
                return Decision.Pass;
            }
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
        if (knobs.SlackLimit)
            _slack.Join(start.Slot, start.Step, start.Emitted, predictor.Predict(start.OutputTokens), start.NowPs - start.SpentPs);
    }

    public void Left(int slot, int emitted, bool finished)
    {
        if (!knobs.SlackLimit)
            return;
        _slack.Leave(slot);
        if (finished)
            predictor.Learn(emitted);
    }

    /// <summary>Admits or rejects the head of the queue; Idle says why not, for how many decode steps that is the answer, and whether
    /// it is the slack that is missing.</summary>
    private (Decision Decision, long Horizon, bool ForSlack) AdmitHead(in SchedulerView view)
    {
        if (view.Running + view.Fetching + (countParked ? view.Parked : 0) >= view.MaxNumSeqs)
            return Wait(Blocked.Compute, Decision.Unlimited);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Wait(Blocked.Compute, 1) : (Decision.Reject, 0, false);
        int computed = tokens - view.HeadCached;
        Admission room = view.CanAdmitHead(computed, tokens, besideDecodes: false);
        if (room == Admission.Never)
            return (Decision.Reject, 0, false);

        long needPs = Corrected(view.PrefillPs);
        long horizon = Decision.Unlimited;
        if (knobs.SlackLimit && view.Decoding > 0)
        {
            SlackClock clock = new(view.NowPs, view.DecodeStep, view.NextSteps);
            if (_slack.Least(clock) < needPs)
                return (Decision.Idle(Blocked.Compute), _slack.StepsShort(needPs, clock), true);
            if (view.AdmittedThisRound == 0)
                horizon = _slack.StepsEnough(needPs, clock);
        }
        return room == Admission.Now && view.Parked == 0
            ? (Decision.Admit(computed, tokens), 0, false)
            : AdmitByLayer(view, tokens, needPs, horizon);
    }

    private (Decision Decision, long Horizon, bool ForSlack) AdmitByLayer(in SchedulerView view, int tokens, long needPs, long horizon)
    {
        int kept = view.LayersToKeep(needPs);
        if (kept >= 0 && knobs.KeptLayers == KeptLayers.Most)
            kept = MostThatFit(view, kept);
        if (kept < 0 || !view.HostFitsLayers(tokens, view.Layers - kept) || !Fits(view, kept))
            return Wait(Blocked.Memory, horizon);
        return (Decision.AdmitByLayer(tokens, Held(view, kept), kept), 0, false);
    }

    /// <summary>The most layers that the head can keep, one less than all at most; the fewest when not even these fit.</summary>
    private static int MostThatFit(in SchedulerView view, int fewest)
    {
        int fits = fewest, not = view.Layers;
        while (not - fits > 1)
        {
            int middle = fits + ((not - fits) / 2);
            if (Fits(view, middle))
                fits = middle;
            else
                not = middle;
        }
        return fits;
    }

    private static bool Fits(in SchedulerView view, int kept) => view.CanAdmitHeadByLayer(Held(view, kept), kept) == Admission.Now;

    private static int Held(in SchedulerView view, int kept) => Math.Min(view.Layers, kept + view.WindowLayers);

    private long Corrected(long ps) => knobs.PrefillCorrection == 1 ? ps : (long)(ps * knobs.PrefillCorrection);

    private static (Decision Decision, long Horizon, bool ForSlack) Wait(Blocked why, long horizon) => (Decision.Idle(why), horizon, false);
}
