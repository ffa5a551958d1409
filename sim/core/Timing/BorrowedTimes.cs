using ELLM.Sim.Hardware;

namespace ELLM.Sim.Timing;

/// <summary>Coefficients of another card for one that has none of its own.</summary>
/// <remarks>
/// Efficiencies are shares of the card's own peaks, so memory, arithmetic and multiprocessors scale; launches, all-reduces and the host's
/// overhead are taken as they are. Every group is marked borrowed.
/// </remarks>
public static class BorrowedTimes
{
    /// <summary>Whether the GPU names the times of a card with other peaks.</summary>
    public static bool AreLentTo(GpuSpec gpu, TimingProfile profile) =>
        profile.PeakTflops16Bit != gpu.PeakTflops16Bit || Math.Abs(profile.HbmTbPerS * 1000 - gpu.HbmGbPerS) > 1e-6
            || profile.Sms != gpu.Sms;

    /// <summary>The profile that the GPU names: as it is, or scaled to the GPU's peaks where it is another card's.</summary>
    public static TimingProfile Of(GpuSpec gpu)
    {
        TimingProfile lent = TimingCatalog.Load(gpu.Timing);
        if (!AreLentTo(gpu, lent))
            return lent;
        string Mark(string source) => $"{lent.Name}, scaled to the peaks of {gpu.Name}: {source}";
        GemmCoefficients Gemm(GemmCoefficients one) => one with { Source = Mark(one.Source), Borrowed = true };
        DecodeAttentionCoefficients Decode(DecodeAttentionCoefficients one) => one with { Source = Mark(one.Source), Borrowed = true };
        EngineOverhead Host(EngineOverhead one) => one with { Source = Mark(one.Source), Borrowed = true };
        return lent with
        {
            PeakTflops16Bit = gpu.PeakTflops16Bit,
            HbmTbPerS = gpu.HbmGbPerS / 1000,
            Sms = gpu.Sms,
            Gemm = Gemm(lent.Gemm),
            Gemm8Bit = lent.Gemm8Bit is { } eight ? Gemm(eight) : null,
            Gemm4Bit = lent.Gemm4Bit?.Select(one => one with { Product = Gemm(one.Product) }).ToList(),
            Experts = lent.Experts?.Select(one => one with { Source = Mark(one.Source), Borrowed = true }).ToList(),
            Latent = lent.Latent?.Select(one => one with { Source = Mark(one.Source), Borrowed = true }).ToList(),
            DecodeAttention = Decode(lent.DecodeAttention),
            DecodeAttentionFp8Kv = lent.DecodeAttentionFp8Kv is { } fp8 ? Decode(fp8) : null,
            PrefillAttention = lent.PrefillAttention with { Source = Mark(lent.PrefillAttention.Source), Borrowed = true },
            Elementwise = lent.Elementwise with { Source = Mark(lent.Elementwise.Source), Borrowed = true },
            Sampler = lent.Sampler with { Source = Mark(lent.Sampler.Source), Borrowed = true },
            MixedBatch = lent.MixedBatch with { Source = Mark(lent.MixedBatch.Source), Borrowed = true },
            AllReduce = [.. lent.AllReduce.Select(one => one with { Source = Mark(one.Source), Borrowed = true })],
            SendReceive = lent.SendReceive?.Select(one => one with { Source = Mark(one.Source), Borrowed = true }).ToList(),
            GraphOverhead = Host(lent.GraphOverhead),
            EagerOverhead = Host(lent.EagerOverhead),
        };
    }
}
