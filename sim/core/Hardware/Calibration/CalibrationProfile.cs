using System.Text.Json.Serialization;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>What the memory operations, copies and kernels of one device cost, each number with its source.</summary>
/// <remarks>
/// <para>Schema <c>calibration-profile/1</c>: configs/schema/calibration.schema.json. Units are in the keys: MiB = 2^20 bytes,
/// GBps = 10^9 bytes a second, us = 10^-6 s. Rate of a copy: <c>1048.576 / per_MiB_us</c> GB/s.</para>
/// <para>Ask it through <see cref="DeviceCosts"/>. Operator efficiencies (GEMM, attention) are not here but in configs/timing.</para>
/// </remarks>
public sealed record CalibrationProfile
{
    public const string SchemaName = "calibration-profile/1";

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? EditorSchema { get; init; }

    /// <summary>Always <see cref="SchemaName"/>.</summary>
    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>When it was written, ISO 8601; absent for shipped profiles.</summary>
    public string? CreatedUtc { get; init; }

    /// <summary>The profile that filled the operations this one did not measure: <c>published:h200</c>.</summary>
    public string? Base { get; init; }

    public required CalibratedDevice Device { get; init; }

    public CalibratedHost? Host { get; init; }

    /// <summary>The measurement; absent when nothing was measured.</summary>
    public CalibrationRun? Run { get; init; }

    /// <summary>Costs by operation key (<see cref="CalibratedOps"/>).</summary>
    public required IReadOnlyDictionary<string, CalibratedOperation> Ops { get; init; }

    /// <summary>How operations slow each other down, by key (<see cref="CalibrationFactors"/>); absent ones are 1.</summary>
    public IReadOnlyDictionary<string, CalibrationFactor>? Factors { get; init; }

    /// <summary>The kinds of source its numbers have, most trustworthy first.</summary>
    [JsonIgnore]
    public IReadOnlyList<ProvenanceKind> Kinds => [.. AllSources().Select(source => source.Kind).Distinct().Order()];

    /// <summary>For results: <c>profile h200 (published, assumed)</c>.</summary>
    [JsonIgnore]
    public string Summary => $"profile {Name} ({string.Join(", ", Kinds.Select(kind => kind.Word()))})";

    /// <summary>Every source named in the profile.</summary>
    public IEnumerable<Provenance> AllSources()
    {
        foreach (CalibratedOperation op in Ops.Values)
        {
            yield return op.Provenance;
            foreach (Provenance own in op.ProvenanceOf?.Values ?? [])
                yield return own;
        }
        foreach (CalibrationFactor factor in Factors?.Values ?? [])
            yield return factor.Provenance;
    }
}

/// <summary>The device, as its driver reports it; numbers that a published profile cannot know are left out.</summary>
/// <param name="Name">The vendor's name.</param>
/// <param name="GranularityBytes">Smallest unit of physical memory that can be mapped.</param>
/// <param name="Cc">Compute capability: <c>9.0</c>.</param>
/// <param name="Sms">Multiprocessors.</param>
/// <param name="L2Mib">Second-level cache.</param>
/// <param name="MemBytes">Total memory.</param>
/// <param name="Peak">Peaks, to check the measurement against.</param>
public sealed record CalibratedDevice(
    string Name,
    long GranularityBytes,
    string? Cc = null,
    int? Sms = null,
    [property: JsonPropertyName("l2_MiB")] double? L2Mib = null,
    long? MemBytes = null,
    DevicePeak? Peak = null);

/// <summary>Peaks of a device.</summary>
public sealed record DevicePeak(
    [property: JsonPropertyName("hbm_GBps")] double HbmGbPerS,
    string Source,
    [property: JsonPropertyName("bf16_dense_TFLOPs")] double? Bf16DenseTflops = null);

/// <summary>The machine around a measured device.</summary>
public sealed record CalibratedHost(string Os, string Cpu, string Driver, string Cuda, bool? Virtualised = null, string? Pcie = null);

/// <summary>The run a measured profile was fitted from.</summary>
/// <param name="Tool">Name and version of what measured.</param>
/// <param name="Backend"><c>driver-ptx</c> or <c>ilgpu 1.5.3</c>.</param>
/// <param name="Seed">Seed of the order and the data.</param>
/// <param name="Rounds">Completed rounds over all points.</param>
/// <param name="RawSha256">Digest of the raw file.</param>
/// <param name="Flags">What was unusual: <c>budget-spent</c>, <c>drift</c>.</param>
public sealed record CalibrationRun(
    string Tool, string Backend, long Seed, int Rounds, string RawSha256, IReadOnlyList<string> Flags);

/// <summary>One factor and where it comes from.</summary>
public sealed record CalibrationFactor(double Value, Provenance Provenance);
