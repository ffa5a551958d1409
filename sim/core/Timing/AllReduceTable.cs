namespace ELLM.Sim.Timing;

/// <summary>Piecewise affine cost of summing one vector over the GPUs of a tensor-parallel group (one-shot, two-shot, ring).</summary>
public sealed record AllReduceTable(int Gpus, IReadOnlyList<AllReduceSegment> Segments, string Source, bool Borrowed)
{
    /// <summary>Microseconds for a message of that many bytes.</summary>
    public double Us(double bytes)
    {
        foreach (AllReduceSegment segment in Segments)
        {
            if (segment.UpToBytes is not { } limit || bytes <= limit)
                return segment.FixedUs + segment.UsPerByte * bytes;
        }
        throw new InvalidOperationException($"the all-reduce table of {Gpus} GPUs ends before {bytes} bytes");
    }
}
