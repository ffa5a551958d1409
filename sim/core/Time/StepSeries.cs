using System.Runtime.CompilerServices;

namespace ELLM.Sim.Time;

/// <summary>Steps that grow evenly: step j, from 0, takes <c>FirstPs + j * GrowthPs</c> picoseconds.</summary>
/// <remarks>
/// <para>What an unchanged batch takes to decode. All results are exact integers, equal to adding up the steps one by one.</para>
/// <para>Overflow: step counts go from 0 to <see cref="MaxSteps"/>. <see cref="At"/>, <see cref="Sum"/> and <see cref="After"/> throw
/// <see cref="OverflowException"/> where a product does not fit 64 bits (106 days), <see cref="StepsWithin"/> never overflows,
/// <see cref="Moment"/> fits its 128 bits whenever <see cref="Sum"/> of as many steps does not throw.</para>
/// </remarks>
/// <param name="FirstPs">Duration of the first step, not negative.</param>
/// <param name="GrowthPs">By how much each step takes longer than the one before; negative where a measured cost falls.</param>
public readonly record struct StepSeries(long FirstPs, long GrowthPs)
{
    /// <summary>No run of steps is longer: the tokens of a request are counted in 32 bits.</summary>
    public const long MaxSteps = int.MaxValue;

    /// <summary>Up to here n (n - 1) (2 n - 1) fits 64 bits.</summary>
    private const long MaxShortSteps = 1 << 20;

    /// <summary>n (n - 1) / 2: the sum of the step numbers below n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Pairs(long steps) => steps * (steps - 1) / 2;

    /// <summary>Duration of one step, picoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long At(long step) => checked(FirstPs + (step * GrowthPs));

    /// <summary>The series that is left when so many steps are done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StepSeries After(long steps) => new(At(steps), GrowthPs);

    /// <summary>Duration of the first <paramref name="steps"/> steps together, picoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Sum(long steps) => checked((steps * FirstPs) + (GrowthPs * Pairs(steps)));

    /// <summary>Sum of each step's number times its duration, over the first <paramref name="steps"/> steps, picoseconds.</summary>
    /// <remarks>A quantity that is a + j b in step j has the time integral a * <see cref="Sum"/> + b * <see cref="Moment"/>.</remarks>
    public Int128 Moment(long steps)
    {
        long pairs = Pairs(steps);
        Int128 growth = steps <= MaxShortSteps
            ? Math.BigMul(GrowthPs, pairs * ((2 * steps) - 1) / 3)
            : Math.BigMul(pairs, (2 * steps) - 1) / 3 * GrowthPs;
        return Math.BigMul(FirstPs, pairs) + growth;
    }

    /// <summary>The most steps, up to <paramref name="atMost"/>, all of which end within <paramref name="ps"/> picoseconds.</summary>
    /// <remarks>One square root, then integers. A falling series that has not got there before its steps are used up never does.</remarks>
    public long StepsWithin(long ps, long atMost = MaxSteps)
    {
        if (ps < FirstPs)
            return 0;
        if (GrowthPs == 0)
            return FirstPs == 0 ? atMost : Math.Min(atMost, ps / FirstPs);
        if (GrowthPs < 0)
        {
            long rising = Math.Min(atMost - 1, FirstPs / -GrowthPs) + 1;
            if (!Exceeds(rising, ps))
                return atMost;
            atMost = rising;
        }
        double half = 0.5 * GrowthPs;
        double linear = FirstPs - half;
        double root = Math.Sqrt(Math.Max(0, (linear * linear) + (4 * half * ps)));
        double guess = 2.0 * ps / (linear + root);
        long steps = guess >= atMost ? atMost : guess > 0 ? (long)guess : 0;
        while (steps > 0 && Exceeds(steps, ps))
            steps--;
        while (steps < atMost && !Exceeds(steps + 1, ps))
            steps++;
        return steps;
    }

    /// <summary>Whether so many steps take longer than that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Exceeds(long steps, long ps) => Math.BigMul(FirstPs, steps) + Math.BigMul(GrowthPs, Pairs(steps)) > ps;
}
