using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>The fused experts of one layer on one rank, for weights of one format.</summary>
/// <remarks>
/// <code>
/// D distinct local experts with a token, A token-expert pairs of the rank, T tokens, k experts a token, h input width,
/// f width of an expert on the rank, g matrices of an expert (3 gated, else 2)
/// P = sum over local experts of ceil(pairs / block_tokens) block_tokens;  R = A + padding (P - A)
/// t = fixed + per_expert D + token_passes (2 T k h) / hbm + row_passes (2 A (h + 3 f)) / hbm
///     + ((D g h f w / (hbm memory_efficiency))^q + (2 R g h f / (peak peak_multiplier compute_efficiency))^q)^(1/q)
/// </code>
/// Times in microseconds, q = norm_exponent, w bytes of a weight with its scales. Router, shared experts and all-reduces are not in it.
/// </remarks>
public sealed record ExpertCoefficients(
    NumberFormat Format,
    double FixedUs,
    double PerExpertUs,
    double TokenPasses,
    double RowPasses,
    double MemoryEfficiency,
    double ComputeEfficiency,
    double NormExponent,
    double Padding,
    double PeakMultiplier,
    int BlockTokens,
    string Source,
    bool Borrowed);
