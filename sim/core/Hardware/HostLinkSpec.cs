namespace ELLM.Sim.Hardware;

/// <summary>The link between one GPU and host memory, used by swapping and offloading.</summary>
/// <param name="Kind">In words: <c>PCIe 4.0 x16</c>.</param>
/// <param name="GbPerSPerDirection">Achieved pinned-memory rate of one direction, 10^9 bytes a second.</param>
/// <param name="LatencyUs">From issuing a copy to its first byte.</param>
public sealed record HostLinkSpec(string Kind, double GbPerSPerDirection, double LatencyUs)
{
    internal CatalogFault? Check()
    {
        if (!(GbPerSPerDirection > 0) || double.IsInfinity(GbPerSPerDirection))
            return new CatalogFault("gb_per_s_per_direction", "a positive number", FormattableString.Invariant($"{GbPerSPerDirection}"));
        if (!(LatencyUs >= 0) || double.IsInfinity(LatencyUs))
            return new CatalogFault("latency_us", "zero or a positive number", FormattableString.Invariant($"{LatencyUs}"));
        return null;
    }
}
