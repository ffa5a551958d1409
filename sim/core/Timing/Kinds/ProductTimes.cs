using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>How products with weights of one format are timed.</summary>
/// <param name="Coefficients">Fit.</param>
/// <param name="Element">Bytes of a weight, scales included, and of an activation.</param>
/// <param name="PeakScale">Peak over that of 16 bit.</param>
internal sealed record ProductTimes(GemmCoefficients Coefficients, double Element, double PeakScale)
{
    /// <summary>One format for all weights: as an option says, or the shape.</summary>
    /// <exception cref="InputException">The device has no coefficients for it.</exception>
    public static ProductTimes Of(TimingProfile device, ModelSpec model, WeightFormat weights)
    {
        if (weights == WeightFormat.Model)
            return new ProductTimes(device.Gemm, model.WeightElementBytes, 1);
        GemmCoefficients gemm = device.Gemm8Bit
            ?? throw new InputException($"timing profile {device.Name} has no 8-bit products (gemm_8bit); use 16-bit weights");
        return new ProductTimes(weights == WeightFormat.Fp8Static ? gemm with { LaunchUs = device.Gemm.LaunchUs } : gemm, 1, 2);
    }

    /// <summary>Of one stored format. Without a fit of their own, weights that only storage narrows are read at their size and multiplied
    /// as 16 bit.</summary>
    /// <exception cref="InputException">The device has no coefficients for it.</exception>
    public static ProductTimes Of(TimingProfile device, NumberFormat format)
    {
        switch (format)
        {
            case NumberFormat.Bits16 or NumberFormat.Bits32:
                return new ProductTimes(device.Gemm, format.Bytes(), 1);
            case NumberFormat.Fp8 or NumberFormat.Fp8Block or NumberFormat.Int8:
                GemmCoefficients gemm = device.Gemm8Bit
                    ?? throw new InputException($"timing profile {device.Name} has no 8-bit products (gemm_8bit); use 16-bit weights");
                return new ProductTimes(gemm, format.Bytes(), 2);
            default:
                if (device.Gemm4Bit?.FirstOrDefault(one => one.Format == format) is { } four)
                    return new ProductTimes(four.Product, format.Bytes(), four.PeakMultiplier);
                return new ProductTimes(device.Gemm, format.Bytes(), 1);
        }
    }
}

/// <summary>Products with 4-bit weights.</summary>
/// <param name="PeakMultiplier">Peak over that of 16 bit: 1 where activations stay 16 bit, 4 where they are 4 bit too.</param>
public sealed record FourBitProducts(NumberFormat Format, double PeakMultiplier, GemmCoefficients Product);
