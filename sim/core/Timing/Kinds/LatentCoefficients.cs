using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>The latent attention (MLA) of one layer on one rank with all its projections, for one format of weights and of KV.</summary>
/// <param name="Weights">Format of the projections.</param>
/// <param name="Fp8Kv">The cache has one byte an element instead of two.</param>
public sealed record LatentCoefficients(
    NumberFormat Weights, bool Fp8Kv, LatentDecodeCoefficients Decode, LatentPrefillCoefficients Prefill, string Source, bool Borrowed);

/// <summary>Decoding is absorbed: heads work on the latent vector itself.</summary>
/// <remarks>
/// <code>
/// w parameters of the projections, S tokens of context, c latent width with its positions, r without
/// t = fixed + per_head b heads + sqrt((2 b w / (0.7 peak))^2 + (w bytes / (hbm weight_efficiency))^2)
///     + S ((2 heads (c + r) / (peak compute_efficiency))^q + (c element / (hbm memory_efficiency))^q)^(1/q)
/// </code>
/// Bytes of a weight: 1 for 8-bit, 2 for the others; what 4-bit weights save is in weight_efficiency.
/// </remarks>
public sealed record LatentDecodeCoefficients(
    double FixedUs, double PerHeadUs, double WeightEfficiency, double ComputeEfficiency, double NormExponent, double MemoryEfficiency);

/// <summary>Prompts expand the latent vector to heads.</summary>
/// <remarks>
/// <code>
/// X = 2 T (6 hidden + 8 heads query + 4 c);  cp = ceil(chunk / 128) 128
/// t = fixed + token_passes X / hbm + sqrt((2 T w / (peak m product_efficiency))^2 + (w bytes / (0.8 hbm))^2)
///     + heads (query + value) cp (cp + 128) / (peak compute_efficiency)
/// </code>
/// m is 2 for 8-bit weights, else 1. A cached prefix of k tokens is expanded again, 2 k r heads (nope + value), and adds its pairs: no
/// table has one, so that part is reasoned, not fitted.
/// </remarks>
public sealed record LatentPrefillCoefficients(double FixedUs, double TokenPasses, double ComputeEfficiency, double ProductEfficiency);
