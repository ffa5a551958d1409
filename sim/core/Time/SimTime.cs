using System.Globalization;

namespace ELLM.Sim.Time;

/// <summary>An instant or a duration of the simulation: a signed 64-bit count of picoseconds (range about 106 days).</summary>
/// <remarks>
/// <para>Integer on purpose: sums are exact, so the order of addition, fast-forwarding and the number of threads cannot
/// change a result. A duration is rounded once, when it is made from seconds or microseconds.</para>
/// <para>Hot loops keep the bare <c>long</c> and name it <c>…Ps</c>; this type is for everything that others read.</para>
/// </remarks>
public readonly record struct SimTime(long Picoseconds) : IComparable<SimTime>
{
    public const long PsPerSecond = 1_000_000_000_000;
    public const long PsPerMillisecond = 1_000_000_000;
    public const long PsPerMicrosecond = 1_000_000;

    /// <summary>Seconds as a double: for statistics and display, never to compute times with.</summary>
    public double Seconds => Picoseconds / (double)PsPerSecond;

    /// <summary>Rounds to the nearest picosecond, ties to even.</summary>
    /// <exception cref="InputException">Beyond the range of the type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">NaN.</exception>
    public static SimTime FromSeconds(double seconds) => new(Round(seconds * PsPerSecond, seconds, "s"));

    /// <summary>Rounds to the nearest picosecond, ties to even.</summary>
    /// <exception cref="InputException">Beyond the range of the type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">NaN.</exception>
    public static SimTime FromMicroseconds(double microseconds) =>
        new(Round(microseconds * PsPerMicrosecond, microseconds, "us"));

    public static SimTime operator +(SimTime a, SimTime b) => new(checked(a.Picoseconds + b.Picoseconds));

    public static SimTime operator -(SimTime a, SimTime b) => new(checked(a.Picoseconds - b.Picoseconds));

    public static bool operator <(SimTime a, SimTime b) => a.Picoseconds < b.Picoseconds;

    public static bool operator >(SimTime a, SimTime b) => a.Picoseconds > b.Picoseconds;

    public static bool operator <=(SimTime a, SimTime b) => a.Picoseconds <= b.Picoseconds;

    public static bool operator >=(SimTime a, SimTime b) => a.Picoseconds >= b.Picoseconds;

    public int CompareTo(SimTime other) => Picoseconds.CompareTo(other.Picoseconds);

    /// <summary>Exact decimal seconds without trailing zeros: <c>0.05</c>, <c>12</c>, <c>0.000000000001</c>.</summary>
    public override string ToString()
    {
        decimal seconds = (decimal)Picoseconds / PsPerSecond;
        return seconds.ToString("0.############", CultureInfo.InvariantCulture);
    }

    private static long Round(double picoseconds, double given, string unit)
    {
        if (double.IsNaN(picoseconds))
            throw new ArgumentOutOfRangeException(nameof(given), "NaN is no time");
        // 2^63 is exact as a double. What is beyond it follows from what the user gave: nothing else makes such times.
        if (Math.Abs(picoseconds) >= 9.2233720368547758e18)
            throw new InputException($"{given.ToString(CultureInfo.InvariantCulture)} {unit} is not a time this simulator can hold (106 "
                + $"days at most)");
        return (long)Math.Round(picoseconds, MidpointRounding.ToEven);
    }
}
