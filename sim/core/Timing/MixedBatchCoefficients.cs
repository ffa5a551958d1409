namespace ELLM.Sim.Timing;

/// <summary>Attention of the decoding rows beside prefill chunks, per layer.</summary>
/// <remarks>
/// <see cref="MixedBatchMode.Separate"/>: the decode formula. <see cref="MixedBatchMode.SingleKernelFa2"/>:
/// <c>per_query_head b nq + kv_pass_factor (nq / nkv) 2 element d nkv S / hbm</c> microseconds in its place.
/// </remarks>
public sealed record MixedBatchCoefficients(
    MixedBatchMode Mode,
    string Source,
    bool Borrowed,
    double PerQueryHeadUs = 0,
    double KvPassFactor = 0);
