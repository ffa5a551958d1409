using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>What prefills cost the decodes that wait for them: gaps they made late, and how long decodes run before the next.</summary>
/// <remarks>
/// <para>Late by prefills: an iteration of prefills that ends later than the objective after the last decode step, each of a row of
/// them once, so that one long prefill is one violation and a row of them a trend; or else the step that ends the gap. None counts
/// while a decode step alone takes longer than the objective: holding prefills back would not save it.</para>
/// <para>Owed: decodes run for (physical - logical) / logical of a prefill's time before the next prefill, which gives prefills the
/// logical size's share of the time. Both rules are ours; eLLM's notes have only that a violation throttles prefills.</para>
/// </remarks>
internal sealed class PrefillPressure(long tpotSloPs)
{
    /// <summary>Longer than any run.</summary>
    private const double LongestPs = 1e18;

    private bool _counted;
    private long _stepPs;
    private long _prefillPs;
    private long _decodedPs;

    /// <summary>Whether step number <paramref name="step"/>, counted from 1, of what has ended is late because of prefills.</summary>
    public bool Late(in IterationOutcome outcome, long step)
    {
        if (outcome.LastStepEndPs < 0)
            return outcome.HeldSincePs >= 0 && _stepPs <= tpotSloPs && outcome.EndOf(1) - outcome.HeldSincePs > tpotSloPs;
        bool alone = outcome.Durations.At(step - 1) <= tpotSloPs;
        return step == 1 && alone && !_counted && outcome.EndOf(1) - outcome.LastStepEndPs > tpotSloPs;
    }

    /// <summary>That has been judged.</summary>
    public void Ended(in IterationOutcome outcome)
    {
        if (outcome.LastStepEndPs >= 0)
        {
            _counted = false;
            _stepPs = outcome.Durations.At(outcome.Steps - 1);
            _decodedPs += outcome.Durations.Sum(outcome.Steps);
        }
        else if (outcome.HeldSincePs >= 0)
        {
            _counted |= Late(outcome, 1);
            _prefillPs = outcome.Durations.Sum(1);
            _decodedPs = 0;
        }
    }

    /// <summary>How long decodes still run before the next prefill; at most 0: it may start.</summary>
    public long OwedPs(BufferScaler scaler) => (long)Math.Min(LongestPs, _prefillPs * scaler.DecodeShare) - _decodedPs;

    /// <summary>Decode steps until nothing is owed.</summary>
    public static long StepsToPay(long owedPs, in StepSeries next) => next.StepsWithin(owedPs - 1) + 1;
}
