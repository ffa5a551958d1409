using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;

namespace MyPolicies;

/// <summary>What this assembly offers to <c>ellm --policy-assembly</c>.</summary>
public sealed class Plugin : IPolicyPlugin
{
    public IEnumerable<SchedulerEntry> Schedulers =>
    [
        new SchedulerEntry("my-prefill-first", "waiting prompts run whole, before decodes", ChunksPrompts: false,
            input => new MyPrefillFirst(input.Policy.Of<MyKnobs>()))
        {
            Knobs = new MyKnobs(),
        },
    ];
}

/// <summary>Settings under <c>policy.</c> that only this scheduler has: <c>policy.prompts_per_iteration</c>.</summary>
public sealed record MyKnobs : KnobSet
{
    [Knob("most prompts that begin in one iteration; null: all that fit", 1, 1 << 20)]
    public int? PromptsPerIteration { get; init; }
}

/// <summary>The rules of the shipped prefill-first scheduler, written against the public contract alone: a place to start from.</summary>
public sealed class MyPrefillFirst(MyKnobs knobs) : IScheduler
{
    public Decision Decide(in SchedulerView view)
    {
        Blocked blocked = view.Waiting + view.Parked > 0 ? Blocked.Memory : Blocked.None;

        // A round that preempted admits nobody, unless it left nobody running.
        bool mayAdmit = view.PreemptedThisRound == 0 || view.Running == view.AdmittedThisRound;
        if (view.Waiting > 0 && view.Parked == 0 && mayAdmit && view.ResumedThisRound == 0
            && !(view.AdmittedThisRound >= knobs.PromptsPerIteration))
        {
            Decision admission = AdmitHead(view);
            if (admission.Kind != DecisionKind.Idle)
                return admission;
            blocked = admission.Blocked;
        }
        if (view.AdmittedThisRound > 0)
            return Decision.Run(withDecodes: false, horizon: 1, blocked);

        bool resumed = view.ResumedThisRound > 0;
        if (view.Decoding > 0 && !resumed && !view.NextStepFits)
            return Decision.Preempt;
        if (view.Parked > 0 && mayAdmit && view.Running < view.MaxNumSeqs && view.CanResume)
            return Decision.Resume;
        if (view.Decoding == 0)
            return Decision.Idle(blocked);

        // A horizon of 1 is always correct; a longer one is a promise that lets the engine jump.
        bool settled = view.PreemptedThisRound == 0 && !resumed;
        return Decision.Run(withDecodes: true, settled ? Decision.Unlimited : 1, blocked);
    }

    private static Decision AdmitHead(in SchedulerView view)
    {
        if (view.Running + view.Held >= view.MaxNumSeqs)
            return Decision.Idle(Blocked.Compute);
        int tokens = view.HeadTokens;
        if (view.PreparedTokens + tokens > view.MaxNumBatchedTokens)
            return view.PreparedTokens > 0 ? Decision.Idle(Blocked.Compute) : Decision.Reject;
        // What a cached prefix holds is held, not computed.
        int computed = tokens - view.HeadCached;
        return view.CanAdmitHead(computed, tokens, besideDecodes: false) switch
        {
            Admission.Now => Decision.Admit(computed, tokens),
            Admission.Never => Decision.Reject,
            _ => Decision.Idle(Blocked.Memory),
        };
    }
}
