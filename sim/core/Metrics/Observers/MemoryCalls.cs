using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Memory calls of a run: how long they took, how long iterations waited for them, how often sequences grew.</summary>
public struct MemoryCalls
{
    private long _decodeSteps;

    /// <summary>Picoseconds of calls, hidden behind iterations or not.</summary>
    public Int128 WorkPs;

    /// <summary>Picoseconds that iterations waited.</summary>
    public long StallPs;

    public long LongestStallPs;

    /// <summary>Longest wait of an iteration of decodes alone.</summary>
    public long LongestDecodeStallPs;

    /// <summary>Times a decoding sequence got more mapped memory.</summary>
    public long Growths;

    /// <summary>The part of these in iterations that waited.</summary>
    public long WaitingGrowths;

    public Int128 GrowthBytes;

    public readonly double? HiddenShare => Ratio(Growths - WaitingGrowths, Growths);

    /// <summary>Mean bytes mapped for growth in a decode step, one rank: what is mapped ahead when growth runs a step ahead.</summary>
    public readonly double? BytesPerDecodeStep => Growths == 0 ? null : Ratio((double)GrowthBytes, _decodeSteps);

    public readonly double? WorkShare(long busyPs) => Ratio((double)WorkPs, busyPs);

    public readonly double? StallShare(long busyPs) => Ratio(StallPs, busyPs);

    internal void Add(in IterationSpan span)
    {
        if (span.DecodeSequences > 0)
            _decodeSteps += span.Steps;
        // Layouts that map nothing while they run make no calls.
        if ((span.Kv.MapWorkPs | span.MapStallPs | span.Kv.Growths) == 0)
            return;
        WorkPs += span.Kv.MapWorkPs;
        StallPs += span.MapStallPs;
        LongestStallPs = Math.Max(LongestStallPs, span.MapStallPs);
        Growths += span.Kv.Growths;
        WaitingGrowths += span.Kv.WaitingGrowths;
        GrowthBytes += Math.BigMul(span.Kv.Growths, span.Kv.GrowthBytes);
        if (span.PrefillTokens == 0)
            LongestDecodeStallPs = Math.Max(LongestDecodeStallPs, span.MapStallPs);
    }

    /// <summary>What another replica of the run adds.</summary>
    internal void Add(in MemoryCalls other)
    {
        _decodeSteps += other._decodeSteps;
        WorkPs += other.WorkPs;
        StallPs += other.StallPs;
        LongestStallPs = Math.Max(LongestStallPs, other.LongestStallPs);
        LongestDecodeStallPs = Math.Max(LongestDecodeStallPs, other.LongestDecodeStallPs);
        Growths += other.Growths;
        WaitingGrowths += other.WaitingGrowths;
        GrowthBytes += other.GrowthBytes;
    }

    private static double? Ratio(double part, double whole) => whole > 0 ? part / whole : null;
}
