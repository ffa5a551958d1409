using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>A pipeline stage of a replica: executes one span of iterations at a time and knows, exactly, when each step of it ends.</summary>
/// <remarks>
/// Within a span the batch does not change, so step j takes <c>FirstStepPs + j * GrowthPs</c> and k steps take
/// <c>Stall + k * FirstStepPs + GrowthPs * k(k-1)/2</c>: an integer, equal to the sum of the steps.
/// </remarks>
public sealed class PipelineStage
{
    public bool Busy { get; private set; }

    public long StartPs { get; private set; }

    public long EndPs { get; private set; }

    public long Steps { get; private set; }

    /// <summary>First step's duration without the stall.</summary>
    public long FirstStepPs { get; private set; }

    public long GrowthPs { get; private set; }

    /// <summary>Time before the first step in which nothing is computed.</summary>
    public long StallPs { get; private set; }

    /// <summary>Starts a run of decode-only steps.</summary>
    /// <param name="cost">Cost of the batch, affine in its context.</param>
    /// <param name="batch">The batch in the first step, the tokens being processed included.</param>
    public void StartDecode(long nowPs, long stallPs, long steps, in DecodeCost cost, in DecodeBatch batch)
    {
        Start(nowPs, stallPs);
        FirstStepPs = FirstStep(cost, batch);
        GrowthPs = Growth(cost, batch);
        SetSteps(steps);
    }

    /// <summary>Starts one iteration of a known duration.</summary>
    public void StartIteration(long nowPs, long stallPs, long durationPs)
    {
        Start(nowPs, stallPs);
        FirstStepPs = durationPs;
        GrowthPs = 0;
        SetSteps(1);
    }

    public static long FirstStep(in DecodeCost cost, in DecodeBatch batch) =>
        cost.FixedPs + (cost.PerContextTokenPs * batch.ContextTokens) + (cost.PerLongestTokenPs * batch.LongestContext);

    /// <summary>By how much each step of a decode-only batch takes longer than the one before.</summary>
    public static long Growth(in DecodeCost cost, in DecodeBatch batch) =>
        (cost.PerContextTokenPs * batch.Sequences) + cost.PerLongestTokenPs;

    /// <summary>Time from the start of the span to the end of its step number <paramref name="steps"/>, counted from 1.</summary>
    public long Duration(long steps) =>
        checked(StallPs + (steps * FirstStepPs) + (GrowthPs * (steps * (steps - 1) / 2)));

    /// <summary>Ends the span at its first step boundary at or after an instant, if that is sooner. Returns whether it was.</summary>
    public bool CutAt(long ps)
    {
        if (ps >= EndPs || Steps == 1)
            return false;
        long steps = StepsUntil(ps - StartPs);
        if (steps >= Steps)
            return false;
        SetSteps(steps);
        return true;
    }

    public void Finish() => Busy = false;

    /// <summary>The smallest number of steps, at least 1, that lasts at least <paramref name="ps"/>: one square root, then integers.</summary>
    private long StepsUntil(long ps)
    {
        double half = 0.5 * GrowthPs;
        double linear = FirstStepPs - half;
        double target = ps - StallPs;
        long steps = 1;
        if (target > 0)
        {
            double guess = GrowthPs == 0
                ? target / FirstStepPs
                : 2 * target / (linear + Math.Sqrt((linear * linear) + (4 * half * target)));
            steps = Math.Clamp((long)guess, 1, Steps);
        }
        while (steps > 1 && Duration(steps - 1) >= ps)
            steps--;
        while (steps < Steps && Duration(steps) < ps)
            steps++;
        return steps;
    }

    private void Start(long nowPs, long stallPs)
    {
        if (Busy)
            throw new InvalidOperationException("the stage already executes a span");
        Busy = true;
        StartPs = nowPs;
        StallPs = stallPs;
    }

    private void SetSteps(long steps)
    {
        Steps = steps;
        try
        {
            EndPs = checked(StartPs + Duration(steps));
        }
        catch (OverflowException)
        {
            throw new InputException("the run is longer than 106 days of simulated time, more than the clock can count");
        }
    }
}
