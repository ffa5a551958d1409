using System.Text.Json.Serialization;

namespace ELLM.Sim.Hardware;

/// <summary>One GPU as a deployment sees it: memory, peaks, and the link to the host. Data only; timing is a profile of its own.</summary>
/// <remarks>Units are in the names: MiB = 2^20 bytes, GB = 10^9 bytes, TFLOP = 10^12 operations, us = 10^-6 s.</remarks>
public sealed record GpuSpec
{
    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>Where the numbers come from.</summary>
    public required string Source { get; init; }

    /// <summary>What the driver reports as total device memory: less than the number on the box.</summary>
    public required long MemoryVisibleMib { get; init; }

    public required double HbmGbPerS { get; init; }

    /// <summary>Dense 16-bit tensor throughput, no sparsity.</summary>
    [JsonPropertyName("peak_tflops_16bit")]
    public required double PeakTflops16Bit { get; init; }

    public required int Sms { get; init; }

    /// <summary>How GPUs of one host reach each other, in words, NVLink first where there is one; what it costs is in the timing profile's all-reduce.</summary>
    public required string Interconnect { get; init; }

    public required HostLinkSpec HostLink { get; init; }

    /// <summary>Host memory that one GPU of the machine can have, GiB; absent: not checked.</summary>
    public double? HostMemoryGib { get; init; }

    /// <summary>Null when no price is known.</summary>
    public GpuPrice? Price { get; init; }

    /// <summary>Name of the timing profile in configs/timing.</summary>
    public required string Timing { get; init; }

    /// <summary>GPUs of one host reach each other over NVLink: <see cref="Interconnect"/> begins with that word.</summary>
    [JsonIgnore]
    public bool HasNvlink => Interconnect.StartsWith("NVLink", StringComparison.OrdinalIgnoreCase);

    [JsonIgnore]
    public long VisibleBytes => MemoryVisibleMib << 20;

    internal CatalogFault? Check()
    {
        if (MemoryVisibleMib is <= 0 or > 1L << 30)
            return new CatalogFault("memory_visible_mib", "1 to 2^30", $"{MemoryVisibleMib}");
        return ValueRange.Fault("hbm_gb_per_s", HbmGbPerS, 1e-3, 1e9)
            ?? ValueRange.Fault("peak_tflops_16bit", PeakTflops16Bit, 1e-6, 1e9)
            ?? ValueRange.Fault("sms", Sms, 1, 1e6)
            ?? ValueRange.Fault("host_memory_gib", HostMemoryGib ?? 1, 1e-6, 1e9)
            ?? HostLink.Check() ?? Price?.Check();
    }
}
