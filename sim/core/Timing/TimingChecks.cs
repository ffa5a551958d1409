using ELLM.Sim.Hardware;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Timing;

/// <summary>What a timing profile that parsed must satisfy: every coefficient has a range that no device leaves, and tables reach to the
/// end.</summary>
/// <remarks>The ranges keep each term of the formulas finite and not negative, so a run with the profile has times.</remarks>
internal static class TimingChecks
{
    /// <summary>Ten seconds: no single coefficient of an operator is that long.</summary>
    private const double LongestUs = 10e6;

    /// <summary>Peaks are data-sheet figures; shares of them may exceed 1 where a fit says so.</summary>
    private const double SmallestShare = 1e-6, LargestShare = 1e3, LargestPeak = 1e9;

    public static CatalogFault? FirstFault(TimingProfile profile) =>
        Peaks(profile) ?? Kernels(profile) ?? Engine(profile) ?? Messages(profile);

    private static CatalogFault? Peaks(TimingProfile profile) =>
        ValueRange.Fault("peak_tflops_16bit", profile.PeakTflops16Bit, SmallestShare, LargestPeak)
        ?? ValueRange.Fault("hbm_tb_per_s", profile.HbmTbPerS, SmallestShare, LargestPeak)
        ?? ValueRange.Fault("sms", profile.Sms, 1, 1e6);

    private static CatalogFault? Kernels(TimingProfile profile) =>
        Gemm(profile.Gemm) ?? Gemm(profile.Gemm8Bit) ?? First(profile.Gemm4Bit, one => Gemm(one.Product) ?? Multiplier(one.PeakMultiplier))
        ?? First(profile.Experts, Experts) ?? First(profile.Latent, Latent)
        ?? Decode(profile.DecodeAttention) ?? Decode(profile.DecodeAttentionFp8Kv)
        ?? Prefill(profile.PrefillAttention)
        ?? Us("launch_us", profile.Elementwise.LaunchUs) ?? Share("memory_efficiency", profile.Elementwise.MemoryEfficiency)
        ?? Us("fixed_us", profile.Sampler.FixedUs) ?? Us("per_sequence_us", profile.Sampler.PerSequenceUs)
        ?? Us("per_query_head_us", profile.MixedBatch.PerQueryHeadUs)
            ?? ValueRange.Fault("kv_pass_factor", profile.MixedBatch.KvPassFactor, 0, LargestShare);

    private static CatalogFault? Engine(TimingProfile profile) => Overhead(profile.GraphOverhead) ?? Overhead(profile.EagerOverhead);

    private static CatalogFault? First<T>(IReadOnlyList<T>? list, Func<T, CatalogFault?> check) =>
        (list ?? []).Select(check).FirstOrDefault(fault => fault is not null);

    private static CatalogFault? Multiplier(double value) => ValueRange.Fault("peak_multiplier", value, SmallestShare, LargestShare);

    private static CatalogFault? Experts(ExpertCoefficients experts) =>
        Us("fixed_us", experts.FixedUs) ?? Us("per_expert_us", experts.PerExpertUs)
        ?? ValueRange.Fault("token_passes", experts.TokenPasses, 0, LargestShare)
        ?? ValueRange.Fault("row_passes", experts.RowPasses, 0, LargestShare)
        ?? Share("memory_efficiency", experts.MemoryEfficiency) ?? Share("compute_efficiency", experts.ComputeEfficiency)
        ?? Exponent(experts.NormExponent) ?? ValueRange.Fault("padding", experts.Padding, 0, LargestShare)
        ?? Multiplier(experts.PeakMultiplier) ?? ValueRange.Fault("block_tokens", experts.BlockTokens, 1, 1e6);

    private static CatalogFault? Latent(LatentCoefficients latent) =>
        Us("fixed_us", latent.Decode.FixedUs) ?? Us("per_head_us", latent.Decode.PerHeadUs)
        ?? Share("weight_efficiency", latent.Decode.WeightEfficiency) ?? Share("compute_efficiency", latent.Decode.ComputeEfficiency)
        ?? Exponent(latent.Decode.NormExponent) ?? Share("memory_efficiency", latent.Decode.MemoryEfficiency)
        ?? Us("fixed_us", latent.Prefill.FixedUs) ?? ValueRange.Fault("token_passes", latent.Prefill.TokenPasses, 0, LargestShare)
        ?? Share("compute_efficiency", latent.Prefill.ComputeEfficiency) ?? Share("product_efficiency", latent.Prefill.ProductEfficiency);

    private static CatalogFault? Gemm(GemmCoefficients? gemm) => gemm is null
        ? null
        : Us("launch_us", gemm.LaunchUs) ?? Us("inner_us_per_1024", gemm.InnerUsPer1024)
        ?? Share("compute_efficiency", gemm.ComputeEfficiency) ?? Share("memory_efficiency", gemm.MemoryEfficiency)
        ?? Exponent(gemm.NormExponent)
        ?? ValueRange.Fault("tile_padding", gemm.TilePadding, 0, LargestShare)
            ?? ValueRange.Fault("wave_padding", gemm.WavePadding, 0, LargestShare);

    private static CatalogFault? Decode(DecodeAttentionCoefficients? attention) => attention is null
        ? null
        : Us("launch_us", attention.LaunchUs) ?? Share("memory_efficiency", attention.MemoryEfficiency)
        ?? Us("per_kv_head_us", attention.PerKvHeadUs) ?? Us("per_query_head_us", attention.PerQueryHeadUs)
        ?? Us("serial_us_per_1024", attention.SerialUsPer1024);

    private static CatalogFault? Prefill(PrefillAttentionCoefficients attention) =>
        Us("launch_us", attention.LaunchUs) ?? Share("compute_efficiency", attention.ComputeEfficiency)
        ?? ValueRange.Fault("tile_tokens", attention.TileTokens, 0, 1e6)
            ?? ValueRange.Fault("memory_cost", attention.MemoryCost, 0, LargestShare)
        ?? Us("serial_us_per_1024", attention.SerialUsPer1024) ?? Exponent(attention.NormExponent);

    private static CatalogFault? Overhead(EngineOverhead overhead) =>
        Us("fixed_us", overhead.FixedUs) ?? Us("per_sequence_us", overhead.PerSequenceUs)
            ?? Us("floor_us_per_layer", overhead.FloorUsPerLayer);

    private static CatalogFault? Messages(TimingProfile profile)
    {
        foreach (AllReduceTable table in profile.AllReduce)
        {
            if ((ValueRange.Fault("gpus", table.Gpus, 2, 1e6) ?? Segments(table.Segments)) is { } wrong)
                return wrong;
        }
        foreach (SendReceiveTable table in profile.SendReceive ?? [])
        {
            if (table.Link is not (SendReceiveTable.IntraNode or SendReceiveTable.InterNode))
                return new CatalogFault("link", $"{SendReceiveTable.IntraNode} or {SendReceiveTable.InterNode}", table.Link);
            if (Segments(table.Segments) is { } wrong)
                return wrong;
        }
        return null;
    }

    private static CatalogFault? Segments(IReadOnlyList<MessageSegment> segments)
    {
        if (segments.Count == 0 || segments[^1].UpToBytes is not null)
            return new CatalogFault("segments", "a last segment without up_to_bytes", $"{segments.Count} bounded segments");
        foreach (MessageSegment segment in segments)
        {
            if ((Us("fixed_us", segment.FixedUs) ?? Us("us_per_byte", segment.UsPerByte)
                ?? ValueRange.Fault("up_to_bytes", segment.UpToBytes ?? 1, 1, long.MaxValue)) is { } wrong)
                return wrong;
        }
        return null;
    }

    internal static CatalogFault? Us(string key, double value) => ValueRange.Fault(key, value, 0, LongestUs);

    private static CatalogFault? Share(string key, double value) => ValueRange.Fault(key, value, SmallestShare, LargestShare);

    /// <summary>Of a p-norm: at 1 both terms add up, far above it the larger one counts alone.</summary>
    private static CatalogFault? Exponent(double value) => ValueRange.Fault("norm_exponent", value, 1, 100);
}
