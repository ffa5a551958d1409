using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

/// <summary>Attention of decoding sequences, one launch a layer: b sequences, S the sum of their KV lengths, smax the longest.</summary>
/// <remarks>
/// <code>
/// t = launch + per_kv_head b nkv + per_query_head b nq + serial (smax / 1024) / (1 + b nkv / sms)
///     + 2 element d nkv S / (hbm memory_efficiency)
/// </code>
/// Times in microseconds. <c>serial</c> is one thread block walking the longest KV range.
/// </remarks>
public sealed record DecodeAttentionCoefficients(
    double LaunchUs,
    double MemoryEfficiency,
    double PerKvHeadUs,
    double PerQueryHeadUs,
    [property: JsonPropertyName("serial_us_per_1024")] double SerialUsPer1024,
    string Source,
    bool Borrowed);
