using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

/// <summary>A dense product C[m,n] = A[m,k] B[k,n] on one device: a roofline with rounded knee, latency and padding terms.</summary>
/// <remarks>
/// <code>
/// tile = m &lt;= 64 ? 64 : 128;  mp = m + tile_padding (ceil(m / tile) tile - m)
/// w = ceil(m / 128) ceil(n / 128) / sms;  wq = w &gt; 1 ? 1 + wave_padding (ceil(w) / w - 1) : 1
/// a = 2 mp n k wq / (peak compute_efficiency);  b = (element (n k + m k) + 2 m n) / (hbm memory_efficiency)
/// t = launch + inner k / 1024 + (a^q + b^q)^(1/q),  q = norm_exponent
/// </code>
/// Times in microseconds; efficiencies are shares of the device's peaks.
/// </remarks>
public sealed record GemmCoefficients(
    double LaunchUs,
    [property: JsonPropertyName("inner_us_per_1024")] double InnerUsPer1024,
    double ComputeEfficiency,
    double MemoryEfficiency,
    double NormExponent,
    double TilePadding,
    double WavePadding,
    string Source,
    bool Borrowed);
