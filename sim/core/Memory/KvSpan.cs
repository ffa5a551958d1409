namespace ELLM.Sim.Memory;

/// <summary>KV memory over a span, in tokens of capacity (blocks times block size where there are blocks).</summary>
public struct KvSpan
{
    public long CapacityTokens;

    /// <summary>Sum over the steps j of the allocated capacity.</summary>
    public long AllocatedSum;

    /// <summary>Sum over the steps j of j times the allocated capacity: with the affine step durations this gives the exact time
    /// integral.</summary>
    public long AllocatedMoment;

    /// <summary>Contiguous layouts: tokens the residents will hold when they end; the part beyond what is live is reserved. Zero
    /// for paged ones.</summary>
    public long PlannedTokens;

    /// <summary>Contiguous layouts: tokens asked from the allocator before its own rounding. Zero for paged ones.</summary>
    public long RequestedTokens;

    /// <summary>Mapped chunks: picoseconds of memory calls since the last span at median prices, whether iterations waited for them
    /// or not.</summary>
    public long MapWorkPs;

    /// <summary>Mapped chunks: times a decoding sequence got more of them.</summary>
    public long Growths;

    /// <summary>The part of <see cref="Growths"/> in iterations that waited for memory calls.</summary>
    public long WaitingGrowths;

    /// <summary>Bytes of one growth, on one rank.</summary>
    public long GrowthBytes;

    /// <summary>Writes what units of <paramref name="unitTokens"/> tokens held over the span.</summary>
    internal void Hold(long capacityTokens, in KvGrown grown, long unitTokens)
    {
        CapacityTokens = capacityTokens;
        AllocatedSum = grown.Sum * unitTokens;
        AllocatedMoment = grown.Moment * unitTokens;
    }
}
