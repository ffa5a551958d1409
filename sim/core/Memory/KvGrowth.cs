namespace ELLM.Sim.Memory;

/// <summary>How a decoding batch grows in units of memory, without a list of its sequences.</summary>
/// <remarks>
/// <para>n tokens take <c>units(n) = ceil(n * numerator / denominator)</c>: one block for each 16 tokens (1/16), or chunks of a size
/// that need not be a whole number of tokens. The pattern repeats every <see cref="Period"/> tokens, so sequences are counted by
/// <c>(tokens - step) mod period</c>, which does not change while they decode.</para>
/// <para>A sequence takes units in the step that writes its token n + 1 where units(n + 1) exceeds units(n).</para>
/// </remarks>
public sealed class KvGrowth
{
    private readonly long _numerator;
    private readonly long _denominator;
    private readonly int[] _counts;

    /// <summary>Lengths modulo the period at which the next token takes units, and how many.</summary>
    private readonly int[] _crossings;
    private readonly int[] _weights;

    /// <summary>(-step) mod period.</summary>
    private int _origin;

    public KvGrowth(long numerator, long denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, 1);
        long divisor = GreatestCommonDivisor(numerator, denominator);
        _numerator = numerator / divisor;
        _denominator = denominator / divisor;
        if (_denominator > 1 << 24)
            throw new InputException($"{_numerator} units for {_denominator} tokens repeat too seldom to count: choose a rounder chunk size");
        Period = (int)_denominator;
        _counts = new int[Period];
        _crossings = [.. Enumerable.Range(0, Period).Where(n => Units(n + 1) > Units(n))];
        _weights = [.. _crossings.Select(n => (int)(Units(n + 1) - Units(n)))];
    }

    public int Period { get; }

    /// <summary>Sequences counted in.</summary>
    public int Count { get; private set; }

    public long Units(long tokens) => ((tokens * _numerator) + _denominator - 1) / _denominator;

    /// <summary>Most tokens that <paramref name="units"/> units hold.</summary>
    public long Tokens(long units) => units * _denominator / _numerator;

    /// <summary>The class of a sequence that holds <paramref name="tokens"/> tokens now; it stays the same while it decodes.</summary>
    public int ClassOf(int tokens) => (int)(((tokens % Period) + (long)_origin) % Period);

    public void Join(int sequenceClass)
    {
        _counts[sequenceClass]++;
        Count++;
    }

    public void Leave(int sequenceClass)
    {
        _counts[sequenceClass]--;
        Count--;
    }

    /// <summary>Units the batch takes in the step <paramref name="ahead"/> steps from now; 0 is the next one.</summary>
    public long Need(long ahead)
    {
        int shift = _origin - (int)(ahead % Period);
        if (shift < 0)
            shift += Period;
        long need = 0;
        for (int i = 0; i < _crossings.Length; i++)
        {
            int at = _crossings[i] + shift;
            need += (long)_weights[i] * _counts[at >= Period ? at - Period : at];
        }
        return need;
    }

    /// <summary>Units taken by one sequence of that length in the step <paramref name="ahead"/> steps from now.</summary>
    public long NeedOf(int tokens, long ahead) => Units(tokens + ahead + 1) - Units(tokens + ahead);

    /// <summary>Units taken over the next <paramref name="steps"/> steps.</summary>
    public long Over(long steps)
    {
        long cycles = steps / Period;
        long taken = cycles * Count * _numerator;
        for (long ahead = 0; ahead < steps % Period; ahead++)
            taken += Need(ahead);
        return taken;
    }

    /// <summary>Whole cycles that surely leave more than two cycles' units of <paramref name="free"/>: they need no walking.</summary>
    public long SafeCycles(long free) => Count == 0 ? 0 : Math.Max(0, ((free - 1) / (Count * _numerator)) - 2);

    /// <summary>Units one cycle of <see cref="Period"/> steps takes.</summary>
    public long PerCycle => Count * _numerator;

    public void Advance(long steps)
    {
        _origin -= (int)(steps % Period);
        if (_origin < 0)
            _origin += Period;
    }

    /// <summary>
    /// Sums over the next steps j of the units held in step j, and of j times that, when <paramref name="used"/> are held now.
    /// </summary>
    public (long Sum, long Moment) Moments(long used, long steps)
    {
        // Step j = period * c + i: the same step of later cycles holds one cycle's units more each time.
        long cycles = steps / Period;
        long rest = steps % Period;
        long offsets = cycles > 0 ? Period : rest;
        long sum = 0, moment = 0;
        for (long i = 0; i < offsets; i++)
        {
            used += Need(i);
            long n = cycles + (i < rest ? 1 : 0);
            long sumC = n * (n - 1) / 2;
            long sumC2 = (n - 1) * n * ((2 * n) - 1) / 6;
            sum += (n * used) + (PerCycle * sumC);
            moment += (used * ((Period * sumC) + (i * n))) + (PerCycle * ((Period * sumC2) + (i * sumC)));
        }
        return (sum, moment);
    }

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
