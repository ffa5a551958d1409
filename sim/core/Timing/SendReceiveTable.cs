namespace ELLM.Sim.Timing;

/// <summary>Piecewise affine cost of handing a tensor from one GPU to another: between the stages of a pipeline.</summary>
/// <param name="Link"><see cref="IntraNode"/> or <see cref="InterNode"/>.</param>
/// <param name="Segments">By message size, smallest first; the last has no limit.</param>
/// <param name="Source">Where the times come from.</param>
/// <param name="Borrowed">Measured on another device.</param>
public sealed record SendReceiveTable(string Link, IReadOnlyList<MessageSegment> Segments, string Source, bool Borrowed)
{
    /// <summary>GPUs of one node.</summary>
    public const string IntraNode = "intra-node";

    /// <summary>GPUs of different nodes.</summary>
    public const string InterNode = "inter-node";

    /// <summary>Microseconds for a message of that many bytes.</summary>
    public double Us(double bytes) => MessageSegment.Us(Segments, bytes);
}
