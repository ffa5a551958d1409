namespace ELLM.Sim.Hardware;

/// <summary>The link between one GPU and host memory, used by swapping and offloading.</summary>
/// <param name="Kind">In words: <c>PCIe 4.0 x16</c>.</param>
/// <param name="GbPerSPerDirection">Achieved pinned-memory rate of one direction, 10^9 bytes a second.</param>
/// <param name="LatencyUs">From issuing a copy to its first byte.</param>
public sealed record HostLinkSpec(string Kind, double GbPerSPerDirection, double LatencyUs)
{
    internal CatalogFault? Check() =>
        ValueRange.Fault("gb_per_s_per_direction", GbPerSPerDirection, 1e-6, 1e9) ?? ValueRange.Fault("latency_us", LatencyUs, 0, 10e6);
}
