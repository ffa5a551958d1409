using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Live activations of iterations against the reserve of a fixed boundary: exact sums over iterations.</summary>
/// <remarks>An elastic policy keeps no reserve; its live bytes are compared with the one that a fixed boundary would keep.</remarks>
public struct ActivationUse
{
    private Int128 _prefillBytes;
    private Int128 _decodeBytes;
    private long _prefillIterations;
    private long _decodeIterations;
    private long _reserveBytes;

    /// <summary>Iterations with prefill tokens.</summary>
    public readonly double? PrefillShare => Ratio(_prefillBytes, _prefillIterations);

    /// <summary>Iterations of decodes alone.</summary>
    public readonly double? DecodeShare => Ratio(_decodeBytes, _decodeIterations);

    internal void Add(in IterationSpan span, in ActivationDemand demand)
    {
        long sequences = span.PrefillSequences + span.DecodeSequences;
        Int128 live = Math.BigMul(demand.LiveBytes(span.PrefillTokens + span.DecodeSequences, sequences), span.Steps);
        _reserveBytes = demand.ReserveBytes;
        if (span.PrefillTokens > 0)
        {
            _prefillBytes += live;
            _prefillIterations += span.Steps;
        }
        else
        {
            _decodeBytes += live;
            _decodeIterations += span.Steps;
        }
    }

    /// <summary>What another replica of the run adds.</summary>
    internal void Add(in ActivationUse other)
    {
        _prefillBytes += other._prefillBytes;
        _decodeBytes += other._decodeBytes;
        _prefillIterations += other._prefillIterations;
        _decodeIterations += other._decodeIterations;
        _reserveBytes = Math.Max(_reserveBytes, other._reserveBytes);
    }

    private readonly double? Ratio(Int128 liveBytes, long iterations)
    {
        Int128 reserved = Math.BigMul(_reserveBytes, iterations);
        return reserved == 0 ? null : (double)liveBytes / (double)reserved;
    }
}
