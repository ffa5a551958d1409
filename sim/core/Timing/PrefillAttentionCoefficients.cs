using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

/// <summary>Attention of prefill chunks, one launch a layer over all of them: chunk c new tokens on k cached ones.</summary>
/// <remarks>
/// <code>
/// cp = ceil(c / 128) 128;  F += 4 d nq (cp k + cp (cp + tile_tokens) / 2);  B += 2 element d nkv (k + c) + 4 d nq c
/// t = launch + memory_cost B / hbm + ((F / (peak compute_efficiency))^q + (serial max(k + c) / 1024)^q)^(1/q),  q = norm_exponent
/// </code>
/// Times in microseconds.
/// </remarks>
public sealed record PrefillAttentionCoefficients(
    double LaunchUs,
    double ComputeEfficiency,
    double TileTokens,
    double MemoryCost,
    [property: JsonPropertyName("serial_us_per_1024")] double SerialUsPer1024,
    double NormExponent,
    string Source,
    bool Borrowed);
