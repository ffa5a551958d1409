namespace ELLM.Sim.Timing;

/// <summary>Piecewise affine cost of summing one vector over the GPUs of a tensor-parallel group (one-shot, two-shot, ring).</summary>
public sealed record AllReduceTable(int Gpus, IReadOnlyList<MessageSegment> Segments, string Source, bool Borrowed)
{
    /// <summary>Microseconds for a message of that many bytes.</summary>
    public double Us(double bytes) => MessageSegment.Us(Segments, bytes);
}
