using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Live activations of iterations against the reserve of a fixed boundary: exact sums over iterations.</summary>
/// <remarks>An elastic policy keeps no reserve; its live bytes are compared with the one that a fixed boundary would keep.</remarks>
public struct ActivationUse
{
    private Int128 _prefillBytes;
    private Int128 _prefillReserve;
    private Int128 _decodeBytes;
    private Int128 _decodeReserve;

    /// <summary>Iterations with prefill tokens.</summary>
    public readonly double? PrefillShare => Ratio(_prefillBytes, _prefillReserve);

    /// <summary>Iterations of decodes alone.</summary>
    public readonly double? DecodeShare => Ratio(_decodeBytes, _decodeReserve);

    internal void Add(in IterationSpan span, in ActivationDemand demand)
    {
        long sequences = span.PrefillSequences + span.DecodeSequences;
        Int128 live = Math.BigMul(demand.LiveBytes(span.PrefillTokens + span.DecodeSequences, sequences), span.Steps);
        Int128 reserve = Math.BigMul(demand.ReserveBytes, span.Steps);
        if (span.PrefillTokens > 0)
        {
            _prefillBytes += live;
            _prefillReserve += reserve;
        }
        else
        {
            _decodeBytes += live;
            _decodeReserve += reserve;
        }
    }

    private static double? Ratio(Int128 part, Int128 whole) => whole == 0 ? null : (double)part / (double)whole;
}
