namespace ELLM.Sim.Policies;

/// <summary>How long prefills may run before one of the decoding sequences is sure to miss its TPOT objective.</summary>
/// <remarks>
/// <para>Slack of a sequence = objective * (tokens so far + tokens to come) - (decode time so far + tokens to come * step), with the
/// first token left out of both counts: a gap lies between two tokens. Tokens to come are predicted when it joins; once it has
/// outlived the prediction, one more is expected. The step is the next one of the present batch. What may be spent is the least
/// slack. Source: LayerKV (arXiv 2410.00428), equations 1 and 2, from reading notes.</para>
/// <para>Per sequence that is A - now - step * (last - done), or B + objective * done - now - step when outlived, with constants A, B
/// and <c>last</c>: a walk over arrays of them costs a few operations a sequence, is made only at boundaries with somebody waiting
/// beside decodes, and never within a jump. With f the next step, g its growth and n tokens to come, j steps later
/// the slack has changed by g * (j(j + 1) / 2 - j n), which cannot rise before the prediction is outlived, and by
/// j (objective - f) - g j(j + 1) / 2 afterwards, the same for all: both give the first step of a change without stepping.</para>
/// </remarks>
public sealed class TpotSlack(long tpotSloPs)
{
    /// <summary>No jump is promised to be longer than that, so that no product overflows.</summary>
    public const long LongestJump = 1 << 16;

    private long[] _planned = new long[16];
    private long[] _lasts = new long[16];
    private long[] _outlived = new long[16];
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
        _planned[Count] = sincePs + (tpotSloPs * (predicted - 1L));
        _lasts[Count] = step + predicted - emitted;
        _outlived[Count] = sincePs + (tpotSloPs * (emitted - step));
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

    /// <summary>The least slack; <see cref="long.MaxValue"/> when nobody decodes.</summary>
    public long Least(in SlackClock clock)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Count; i++)
            least = Math.Min(least, Slack(i, clock));
        return least;
    }

    /// <summary>With less than <paramref name="needPs"/> of slack now: for how many steps that is sure to stay so, at least 1.</summary>
    public long StepsShort(long needPs, in SlackClock clock)
    {
        long steps = 1;
        long leastOutlived = long.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            long toCome = _lasts[i] - clock.Step;
            if (toCome <= 1)
                leastOutlived = Math.Min(leastOutlived, Slack(i, clock));
            else if (Slack(i, clock) < needPs)
                steps = Math.Max(steps, toCome - 1);
        }
        if (leastOutlived < needPs)
            steps = Math.Max(steps, RisesTo(needPs, leastOutlived, clock));
        return Math.Min(steps, LongestJump);
    }

    /// <summary>With at least <paramref name="needPs"/> of slack now: for how many steps that is sure to stay so, at least 1.</summary>
    public long StepsEnough(long needPs, in SlackClock clock)
    {
        long steps = LongestJump;
        for (int i = 0; i < Count; i++)
        {
            if (_lasts[i] - clock.Step > 1)
                steps = Math.Min(steps, _lasts[i] - clock.Step - 1);
        }
        for (int i = 0; i < Count; i++)
        {
            long toCome = _lasts[i] - clock.Step;
            long slack = Slack(i, clock);
            if (After(slack, toCome, steps, clock) >= needPs)
                continue;
            // It does not rise again, so the first step at which too little is left lies between.
            long enough = 0;
            while (steps - enough > 1)
            {
                long middle = enough + ((steps - enough) / 2);
                if (After(slack, toCome, middle, clock) >= needPs)
                    enough = middle;
                else
                    steps = middle;
            }
        }
        return steps;
    }

    private long Slack(int i, in SlackClock clock)
    {
        long toCome = _lasts[i] - clock.Step;
        return toCome > 1
            ? _planned[i] - clock.NowPs - (clock.FirstPs * toCome)
            : _outlived[i] + (tpotSloPs * clock.Step) - clock.NowPs - clock.FirstPs;
    }

    private long After(long slack, long toCome, long steps, in SlackClock clock) => toCome > 1
        ? slack + (clock.GrowthPs * ((steps * (steps + 1) / 2) - (steps * toCome)))
        : slack + (steps * (tpotSloPs - clock.FirstPs)) - (clock.GrowthPs * (steps * (steps + 1) / 2));

    /// <summary>Steps until the slack of outlived predictions has risen to what is needed.</summary>
    private long RisesTo(long needPs, long slack, in SlackClock clock)
    {
        long gain = tpotSloPs - clock.FirstPs;
        long peak = gain <= 0 ? 0 : clock.GrowthPs == 0 ? LongestJump : Math.Min(LongestJump, gain / clock.GrowthPs);
        if (peak == 0 || After(slack, 0, peak, clock) < needPs)
            return LongestJump;
        long lacking = 0;
        long risen = peak;
        while (risen - lacking > 1)
        {
            long middle = lacking + ((risen - lacking) / 2);
            if (After(slack, 0, middle, clock) >= needPs)
                risen = middle;
            else
                lacking = middle;
        }
        return risen;
    }
}

/// <summary>The instant at which slack is read.</summary>
/// <param name="Step">Decode steps done.</param>
/// <param name="FirstPs">Duration of the next step of the present batch.</param>
/// <param name="GrowthPs">By how much each further one takes longer.</param>
public readonly record struct SlackClock(long NowPs, long Step, long FirstPs, long GrowthPs);
