namespace ELLM.Sim.Memory;

/// <summary>How a decoding batch grows in units of memory, without a list of its sequences.</summary>
/// <remarks>
/// <para>n tokens take <c>units(n) = ceil(n * numerator / denominator)</c>: one block for each 16 tokens (1/16), or chunks of a size
/// that need not be a whole number of tokens. A sequence takes units in the step that writes its token n + 1 where units(n + 1)
/// exceeds units(n).</para>
/// <para>The pattern repeats every <see cref="Period"/> tokens, so a sequence belongs to the class <c>(tokens - step) mod period</c>,
/// which does not change while it decodes, and what the whole batch takes in a step depends on <c>step mod period</c> alone: it is
/// kept summed up by that.</para>
/// <para><see cref="Horizon"/> is the one rule by which growth fits. <see cref="PagedKv"/>, <see cref="LayeredKv"/> and
/// <see cref="SharedKv"/> use it as it is; <see cref="VmmKv"/>, which has more reasons to end a jump, asks <see cref="Fits"/> step by
/// step and never says which sequence is the last.</para>
/// </remarks>
public sealed class KvGrowth
{
    private readonly long _numerator;
    private readonly long _denominator;

    /// <summary>Lengths modulo the period at which the next token takes units, and how many.</summary>
    private readonly (int Length, int Units)[] _crossings;

    /// <summary>Units the batch takes in a step, by (-step) mod period.</summary>
    private readonly int[] _needs;

    /// <summary>(-step) mod period of the next step.</summary>
    private int _origin;

    /// <exception cref="InputException">The pattern repeats too seldom to be counted.</exception>
    public KvGrowth(long numerator, long denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, 1);
        long divisor = GreatestCommonDivisor(numerator, denominator);
        _numerator = numerator / divisor;
        _denominator = denominator / divisor;
        if (_denominator > 1 << 24)
            throw new InputException(
                $"{_numerator} units for {_denominator} tokens repeat too seldom to count: choose a rounder chunk size");
        Period = (int)_denominator;
        _needs = new int[Period];
        _crossings = [.. Enumerable.Range(0, Period).Select(n => (n, (int)NeedOf(n, 0))).Where(crossing => crossing.Item2 > 0)];
    }

    /// <summary>Tokens after which growth repeats itself.</summary>
    public int Period { get; }

    /// <summary>Sequences counted in.</summary>
    public int Count { get; private set; }

    /// <summary>Units one cycle of <see cref="Period"/> steps takes.</summary>
    private long PerCycle => Count * _numerator;

    public long Units(long tokens) => ((tokens * _numerator) + _denominator - 1) / _denominator;

    /// <summary>Units that <paramref name="tokens"/> tokens fill to their end.</summary>
    public long Filled(long tokens) => tokens * _numerator / _denominator;

    /// <summary>Most tokens that <paramref name="units"/> units hold.</summary>
    public long Tokens(long units) => units * _denominator / _numerator;

    /// <summary>The class of a sequence that holds <paramref name="tokens"/> tokens now; it stays the same while it decodes.</summary>
    public int ClassOf(int tokens)
    {
        int at = (tokens % Period) + _origin;
        return at < Period ? at : at - Period;
    }

    public void Join(int sequenceClass) => Add(sequenceClass, 1);

    public void Leave(int sequenceClass) => Add(sequenceClass, -1);

    /// <summary>Units the batch takes in the step <paramref name="ahead"/> steps from now; 0 is the next one.</summary>
    public long Need(long ahead)
    {
        int at = _origin - (int)(ahead < Period ? ahead : ahead % Period);
        return _needs[at >= 0 ? at : at + Period];
    }

    /// <summary>Whether a decode step may run.</summary>
    /// <param name="check">Any: the last sequence in scheduling order finds a unit when one is left after all others took theirs.</param>
    /// <param name="freeAfter">Units free after the step; negative when it needs more than there are.</param>
    /// <param name="lastTokens">Tokens the last sequence in scheduling order holds now, or -1 when it is not decoding.</param>
    /// <param name="ahead">The step is that many steps from now.</param>
    public bool Fits(BlockCheck check, long freeAfter, int lastTokens, long ahead)
    {
        if (freeAfter > 0 || freeAfter < 0)
            return freeAfter > 0;
        return check == BlockCheck.Needed || (lastTokens >= 0 && NeedOf(lastTokens, ahead) > 0);
    }

    /// <summary>For how many steps, at most <paramref name="maxSteps"/>, the batch grows within <paramref name="free"/> units.</summary>
    public long Horizon(long free, long maxSteps, BlockCheck check, int lastTokens)
    {
        if (Count == 0)
            return maxSteps;
        // Far from the end: beside whole cycles no sequence takes more than one cycle's units.
        long cycles = maxSteps < Period ? 0 : maxSteps / Period;
        if ((cycles + 1) * PerCycle < free)
            return maxSteps;
        // Whole cycles that surely leave more than two cycles' units need no walking.
        cycles = Math.Max(0, ((free - 1) / PerCycle) - 2);
        free -= cycles * PerCycle;
        long steps = cycles * Period;
        while (steps < maxSteps)
        {
            free -= Need(steps);
            if (!Fits(check, free, lastTokens, steps))
                break;
            steps++;
        }
        return Math.Min(steps, maxSteps);
    }

    /// <summary>What the next <paramref name="steps"/> steps take, when <paramref name="held"/> units are held now.</summary>
    public KvGrown Over(long steps, long held)
    {
        if (steps > Period)
            return OverCycles(steps, held);
        int[] needs = _needs;
        int at = _origin;
        long before = held, sum = 0, moment = 0;
        for (int j = 0; j < (int)steps; j++)
        {
            held += needs[at];
            at = at > 0 ? at - 1 : needs.Length - 1;
            sum += held;
            moment += j * held;
        }
        return new KvGrown(held - before, sum, moment);
    }

    public void Advance(long steps)
    {
        _origin -= (int)(steps < Period ? steps : steps % Period);
        if (_origin < 0)
            _origin += Period;
    }

    /// <summary>Step period * c + i of cycle c holds c cycles' units more than step i.</summary>
    private KvGrown OverCycles(long steps, long held)
    {
        (long cycles, long rest) = Math.DivRem(steps, Period);
        long taken = cycles * PerCycle, sum = 0, moment = 0;
        for (long i = 0; i < Period; i++)
        {
            long need = Need(i);
            held += need;
            taken += i < rest ? need : 0;
            long n = cycles + (i < rest ? 1 : 0);
            long sumC = n * (n - 1) / 2;
            long sumC2 = (n - 1) * n * ((2 * n) - 1) / 6;
            sum += (n * held) + (PerCycle * sumC);
            moment += (held * ((Period * sumC) + (i * n))) + (PerCycle * ((Period * sumC2) + (i * sumC)));
        }
        return new KvGrown(taken, sum, moment);
    }

    private void Add(int sequenceClass, int sequences)
    {
        Count += sequences;
        foreach ((int length, int units) in _crossings)
        {
            int at = sequenceClass - length;
            _needs[at >= 0 ? at : at + Period] += sequences * units;
        }
    }

    /// <summary>Units taken by one sequence of that length in the step <paramref name="ahead"/> steps from now.</summary>
    private long NeedOf(int tokens, long ahead) => Units(tokens + ahead + 1) - Units(tokens + ahead);

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
