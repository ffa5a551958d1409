using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ELLM.Sim.Numerics;

/// <summary>Seeded random numbers that are the same bytes on every machine: xoshiro256** with named streams.</summary>
/// <remarks>
/// <para>One root seed a run and one stream for each purpose, so that drawing more of one thing moves nothing else.
/// State of stream <c>name</c>: four outputs of SplitMix64 started at <c>seed XOR mix(FNV-1a-64(UTF-8 of name))</c>, where
/// <c>mix</c> is SplitMix64's output function.</para>
/// <para>xoshiro256**, period 2^256 - 1: <c>result = rotl(s1 * 5, 7) * 9; t = s1 &lt;&lt; 17; s2 ^= s0; s3 ^= s1; s1 ^= s2;
/// s0 ^= s3; s2 ^= t; s3 = rotl(s3, 45)</c>. Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators",
/// ACM TOMS 47, 2021. SplitMix64: Steele, Lea and Flood, OOPSLA 2014. FNV-1a: Fowler, Noll and Vo, RFC 9923.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers is the field's word, not an I/O stream.")]
public sealed class RandomStream
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>State seeded by SplitMix64 from <paramref name="seed"/>.</summary>
    public RandomStream(ulong seed)
    {
        _s0 = SplitMix64(ref seed);
        _s1 = SplitMix64(ref seed);
        _s2 = SplitMix64(ref seed);
        _s3 = SplitMix64(ref seed);
    }

    /// <summary>The stream of a run's root seed for one purpose.</summary>
    public static RandomStream Named(ulong seed, string name)
    {
        ulong state = HashName(name);
        return new RandomStream(seed ^ SplitMix64(ref state));
    }

    /// <summary>The seed of draw number <paramref name="draw"/> of a run; seeds go round.</summary>
    public static ulong SeedOf(ulong seed, ulong draw) => unchecked(seed + draw);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = unchecked(ulong.RotateLeft(_s1 * 5, 7) * 9);
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1): a multiple of 2^-53.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in (0, 1]: safe to take the logarithm of.</summary>
    public double NextPositive() => ((NextBits() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="n"/> - 1 without bias.</summary>
    /// <remarks>High half of a 128-bit product, rejecting the short first interval (Lemire, ACM TOMACS 29, 2019).</remarks>
    public ulong NextBelow(ulong n)
    {
        ArgumentOutOfRangeException.ThrowIfZero(n);
        ulong high = Math.BigMul(NextBits(), n, out ulong low);
        if (low < n)
        {
            ulong threshold = unchecked(0 - n) % n;
            while (low < threshold)
                high = Math.BigMul(NextBits(), n, out low);
        }
        return high;
    }

    /// <summary>Number <paramref name="index"/> of the SplitMix64 sequence of a state, uniform in [0, 1): any of them without those
    /// before.</summary>
    public static double UniformAt(ulong state, ulong index)
    {
        state = unchecked(state + (index * 0x9e3779b97f4a7c15));
        return (SplitMix64(ref state) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>FNV-1a, 64 bits, over the UTF-8 bytes.</summary>
    internal static ulong HashName(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ b) * 0x100000001b3);
        return hash;
    }

    private static ulong SplitMix64(ref ulong state)
    {
        unchecked
        {
            state += 0x9e3779b97f4a7c15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
