using ELLM.Sim.Time;

namespace ELLM.Sim.Policies;

/// <summary>How long prefills may run before one of the decoding sequences is sure to miss its TPOT objective.</summary>
/// <remarks>
/// <para>Slack of a sequence = objective * (tokens so far + tokens to come) - (decode time so far + tokens to come * step), with the
/// first token left out of both counts: a gap lies between two tokens. Tokens to come are predicted when it joins; once it has
/// outlived the prediction, one more is expected. The step is the next one of the present batch. What may be spent is the least
/// slack. Source: LayerKV (arXiv 2410.00428), equations 1 and 2, from reading notes.</para>
/// <para>A sequence whose slack is negative misses its objective whatever prefills do: it may be left out of the least.</para>
/// <para>Per sequence that is A - now - step * (last - done), or B + objective * done - now - step when outlived, with constants A, B
/// and <c>last</c>: a walk over arrays of them costs a few operations a sequence, is made only at boundaries with requests waiting
/// beside decodes, and never within a jump. The slack some steps later is the slack at a later clock: with steps that do not
/// get shorter it cannot rise before the prediction is outlived, and rises as long as a step is shorter than the objective
/// afterwards, for all by the same. So halving an interval finds the first step of a change without stepping.</para>
/// <para>Slack is kept in 128 bits: an objective times a count of tokens may be longer than the clock runs.</para>
/// </remarks>
/// <param name="protectLost">Sequences with negative slack count like any other, as the equations have it.</param>
public sealed class TpotSlack(long tpotSloPs, bool protectLost = true)
{
    /// <summary>No jump is promised to be longer than that.</summary>
    public const long LongestJump = 1 << 16;

    private Int128[] _planned = new Int128[16];
    private long[] _lasts = new long[16];
    private Int128[] _outlived = new Int128[16];
    private int[] _slots = new int[16];
    private int[] _placeOf = new int[16];

    public int Count { get; private set; }

    /// <param name="step">Decode steps done by all before its first.</param>
    /// <param name="emitted">Tokens it has emitted.</param>
    /// <param name="predicted">Tokens it is expected to emit in all.</param>
    /// <param name="sincePs">Now less the decode time it has spent before.</param>
    public void Join(int slot, long step, int emitted, int predicted, long sincePs)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _planned, 2 * Count);
            Array.Resize(ref _lasts, 2 * Count);
            Array.Resize(ref _outlived, 2 * Count);
            Array.Resize(ref _slots, 2 * Count);
        }
        if (slot >= _placeOf.Length)
            Array.Resize(ref _placeOf, Math.Max(slot + 1, 2 * _placeOf.Length));
        _planned[Count] = sincePs + Math.BigMul(tpotSloPs, predicted - 1L);
        _lasts[Count] = step + predicted - emitted;
        _outlived[Count] = sincePs + Math.BigMul(tpotSloPs, emitted - step);
        _slots[Count] = slot;
        _placeOf[slot] = Count++;
    }

    public void Leave(int slot)
    {
        int place = _placeOf[slot];
        int last = --Count;
        _planned[place] = _planned[last];
        _lasts[place] = _lasts[last];
        _outlived[place] = _outlived[last];
        _slots[place] = _slots[last];
        _placeOf[_slots[place]] = place;
    }

    /// <summary>The least slack, picoseconds; <see cref="Int128.MaxValue"/> when nothing decodes.</summary>
    public Int128 Least(in SlackClock clock)
    {
        Int128 least = Int128.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            Int128 slack = Slack(i, clock);
            if (slack >= 0 || protectLost)
                least = Int128.Min(least, slack);
        }
        return least;
    }

    /// <summary>With less than <paramref name="needPs"/> of slack now: for how many steps that is sure to stay so, at least 1.</summary>
    public long StepsShort(long needPs, in SlackClock clock)
    {
        if (!protectLost)
            return StepsUntilLost(needPs, clock);
        long steps = 1;
        int worst = -1;
        for (int i = 0; i < Count; i++)
        {
            long toCome = _lasts[i] - clock.Step;
            if (toCome <= 1)
                worst = worst < 0 || Slack(i, clock) < Slack(worst, clock) ? i : worst;
            else if (Slack(i, clock) < needPs)
                steps = Math.Max(steps, toCome - 1);
        }
        if (worst >= 0 && Slack(worst, clock) < needPs)
            steps = Math.Max(steps, RisesTo(needPs, worst, clock));
        return Math.Min(steps, clock.LongestJump);
    }

    /// <summary>With at least <paramref name="needPs"/> of slack now: for how many steps that is sure to stay so, at least 1.</summary>
    public long StepsEnough(long needPs, in SlackClock clock)
    {
        long steps = clock.LongestJump;
        for (int i = 0; i < Count; i++)
        {
            if (_lasts[i] - clock.Step > 1)
                steps = Math.Min(steps, _lasts[i] - clock.Step - 1);
            else if (!protectLost && Slack(i, clock) < 0)
                steps = Math.Min(steps, RisesTo(0, i, clock));
        }
        SlackClock later = clock.After(steps);
        for (int i = 0; i < Count; i++)
        {
            if (Slack(i, later) >= needPs || (!protectLost && Slack(i, clock) < 0))
                continue;
            // It does not rise again, so the first step at which too little is left lies between.
            long enough = 0;
            while (steps - enough > 1)
            {
                long middle = enough + ((steps - enough) / 2);
                if (Slack(i, clock.After(middle)) >= needPs)
                    enough = middle;
                else
                    steps = middle;
            }
            later = clock.After(steps);
        }
        return steps;
    }

    /// <summary>Steps for which one that still has some slack, and too little, is sure to keep some.</summary>
    private long StepsUntilLost(long needPs, in SlackClock clock)
    {
        long steps = 1;
        for (int i = 0; i < Count; i++)
        {
            Int128 slack = Slack(i, clock);
            if (slack < 0 || slack >= needPs)
                continue;
            // Until its prediction is outlived it only falls.
            long kept = 0;
            long lost = Math.Min(clock.LongestJump, _lasts[i] - clock.Step - 1) + 1;
            while (lost - kept > 1)
            {
                long middle = kept + ((lost - kept) / 2);
                if (Slack(i, clock.After(middle)) >= 0)
                    kept = middle;
                else
                    lost = middle;
            }
            steps = Math.Max(steps, kept);
        }
        return steps;
    }

    private Int128 Slack(int i, in SlackClock clock)
    {
        long toCome = _lasts[i] - clock.Step;
        return toCome > 1
            ? _planned[i] - clock.NowPs - Math.BigMul(clock.Next.FirstPs, toCome)
            : _outlived[i] + Math.BigMul(tpotSloPs, clock.Step) - clock.NowPs - clock.Next.FirstPs;
    }

    /// <summary>Steps until the slack of an outlived prediction has risen to what is needed.</summary>
    private long RisesTo(long needPs, int i, in SlackClock clock)
    {
        long longest = clock.LongestJump;
        long gain = tpotSloPs - clock.Next.FirstPs;
        long peak = gain <= 0 ? 0 : clock.Next.GrowthPs <= 0 ? longest : Math.Min(longest, gain / clock.Next.GrowthPs);
        if (peak == 0 || Slack(i, clock.After(peak)) < needPs)
            return longest;
        long lacking = 0;
        long risen = peak;
        while (risen - lacking > 1)
        {
            long middle = lacking + ((risen - lacking) / 2);
            if (Slack(i, clock.After(middle)) >= needPs)
                risen = middle;
            else
                lacking = middle;
        }
        return risen;
    }
}

/// <summary>The instant at which slack is read.</summary>
/// <param name="Step">Decode steps done.</param>
/// <param name="Next">The next steps of the present batch.</param>
public readonly record struct SlackClock(long NowPs, long Step, StepSeries Next)
{
    /// <summary>The most steps that may be promised: beyond them the clock itself would run out.</summary>
    public long LongestJump => Math.Max(1, Next.StepsWithin((long.MaxValue - NowPs) / 4, TpotSlack.LongestJump));

    /// <summary>The same when so many steps are done.</summary>
    public SlackClock After(long steps) => new(NowPs + Next.Sum(steps), Step + steps, Next.After(steps));
}
