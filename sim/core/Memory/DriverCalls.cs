using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Memory;

/// <summary>One driver call on one chunk.</summary>
/// <param name="MedianPs">Picoseconds.</param>
/// <param name="Spread">Multiples of the median to draw from; null: every call takes the median.</param>
public readonly record struct DriverCall(long MedianPs, QuantileCurve? Spread = null);

/// <summary>Time of the driver calls that chunks need, one chunk after the other, as one driver lock has it.</summary>
/// <remarks>
/// <para>With a spread, each call of each rank is drawn by its number, not in the order of asking: steps that are jumped over
/// skip their calls and change nothing for later ones. The ranks of a tensor-parallel group make the same calls, each under its own lock;
/// a batch of calls takes as long as the slowest rank.</para>
/// </remarks>
public sealed class DriverCalls
{
    private readonly DriverCall[] _calls;
    private readonly ulong[] _streams;
    private readonly long _medianPs;
    private ulong _next;

    /// <param name="calls">What one chunk needs.</param>
    /// <param name="name">Names the random stream.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="ranks">Ranks that make the calls.</param>
    public DriverCalls(IReadOnlyList<DriverCall> calls, string name, ulong seed, int ranks)
    {
        _calls = [.. calls];
        _medianPs = calls.Sum(call => call.MedianPs);
        LongestPs = calls.Sum(call => call.Spread is { } spread ? Ps(call.MedianPs, spread.Multiple(1)) : call.MedianPs);
        bool drawn = calls.Any(call => call.Spread is { IsConstant: false });
        _streams = drawn
            ? [.. Enumerable.Range(0, ranks).Select(rank => RandomStream.Named(seed, $"{name} of rank {rank}").NextBits())]
            : [];
    }

    /// <summary>Picoseconds of every call so far, left out or not, at its median.</summary>
    public long MedianPs => (long)_next * _medianPs;

    /// <summary>The longest a chunk can take.</summary>
    public long LongestPs { get; }

    /// <summary>Picoseconds for the next <paramref name="chunks"/> chunks.</summary>
    public long Take(long chunks)
    {
        if (_streams.Length == 0)
        {
            Skip(chunks);
            return chunks * _medianPs;
        }
        long slowest = 0;
        foreach (ulong stream in _streams)
        {
            long sum = 0;
            for (ulong i = 0; i < (ulong)chunks; i++)
                sum += Draw(stream, _next + i);
            slowest = Math.Max(slowest, sum);
        }
        Skip(chunks);
        return slowest;
    }

    /// <summary>Leaves out the calls of chunks whose time no iteration waits for.</summary>
    public void Skip(long chunks) => _next += (ulong)chunks;

    private long Draw(ulong stream, ulong chunk)
    {
        long ps = 0;
        for (int i = 0; i < _calls.Length; i++)
        {
            DriverCall call = _calls[i];
            ps += call.Spread is { } spread
                ? Ps(call.MedianPs, spread.Multiple(RandomStream.UniformAt(stream, (chunk * (ulong)_calls.Length) + (ulong)i)))
                : call.MedianPs;
        }
        return ps;
    }

    private static long Ps(long medianPs, double multiple) => (long)(medianPs * multiple);
}
