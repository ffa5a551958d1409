using ELLM.Sim.Models;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Times of one layer's latent attention on one rank, projections included.</summary>
internal sealed class LatentTimes
{
    private readonly LatentCoefficients _coefficients;
    private readonly LatentAttention _shape;
    private readonly double _heads;
    private readonly double _hidden;
    private readonly double _weights;
    private readonly double _weightBytes;
    private readonly double _productPeak;
    private readonly double _bytesPerUs;
    private readonly double _flopsPerUs;

    /// <exception cref="InputException">The device has no coefficients for these formats.</exception>
    public LatentTimes(TimingProfile device, ModelRank rank, NumberFormat format, bool fp8Kv)
    {
        _shape = rank.Model.Latent!;
        _coefficients = Of(device, format, fp8Kv);
        _heads = rank.QHeads;
        _hidden = rank.Model.Hidden;
        _weights = rank.WeightsOf(new LayerGroup(AttentionKind.Latent, FeedForwardKind.None, 1)).Attention;
        bool eightBit = _coefficients.Weights is NumberFormat.Fp8Block;
        _weightBytes = _weights * (eightBit ? 1 : 2);
        _bytesPerUs = device.HbmTbPerS * 1e6;
        _flopsPerUs = device.PeakTflops16Bit * 1e6;
        _productPeak = _flopsPerUs * (eightBit ? 2 : 1);
        LatentDecodeCoefficients c = _coefficients.Decode;
        PerContextToken = OperatorTimes.Norm(
            2 * _heads * (_shape.CachedWidth + _shape.KvRank) / (_flopsPerUs * c.ComputeEfficiency),
            _shape.CachedWidth * (fp8Kv ? 1.0 : 2.0) / (_bytesPerUs * c.MemoryEfficiency),
            c.NormExponent);
    }

    public TimingSource Source => new(
        $"latent attention, weights {LayerWords.Of(_coefficients.Weights)}{(_coefficients.Fp8Kv ? ", 8-bit KV" : "")}",
            _coefficients.Source,
        _coefficients.Borrowed);

    /// <summary>Absorbed attention for each token of total context.</summary>
    public double PerContextToken { get; }

    /// <summary>Attention for each decoding sequence, without what depends on context.</summary>
    public double PerSequence => _coefficients.Decode.PerHeadUs * _heads;

    /// <summary>Projections of a step in which all tokens decode.</summary>
    public double DecodeProjections(int tokens) => _coefficients.Decode.FixedUs
        + Root(2 * tokens * _weights / (0.7 * _flopsPerUs), _weightBytes / (_bytesPerUs * _coefficients.Decode.WeightEfficiency));

    /// <summary>Projections of an iteration with prompts.</summary>
    public double Projections(int tokens)
    {
        LatentPrefillCoefficients c = _coefficients.Prefill;
        double passes = 2.0 * tokens * (6 * _hidden + 8 * _heads * _shape.QueryDim + 4 * _shape.CachedWidth);
        return c.FixedUs + c.TokenPasses * passes / _bytesPerUs
            + Root(2 * tokens * _weights / (_productPeak * c.ProductEfficiency), _weightBytes / (0.8 * _bytesPerUs));
    }

    /// <summary>The least that a token adds to projections in either kind of iteration.</summary>
    public double ProjectionsPerToken =>
        Math.Min(2 * _weights / (0.7 * _flopsPerUs), 2 * _weights / (_productPeak * _coefficients.Prefill.ProductEfficiency));

    /// <summary>The least that prompts take for each unit of (cached + chunk)^2 - cached^2.</summary>
    public double PrefillPerSquare =>
        _heads * (_shape.QueryDim + _shape.ValueDim) / (_flopsPerUs * _coefficients.Prefill.ComputeEfficiency);

    /// <summary>Attention of prompt chunks, the prefix expanded again.</summary>
    public double Prefill(ReadOnlySpan<PrefillChunk> chunks)
    {
        LatentPrefillCoefficients c = _coefficients.Prefill;
        double pairs = 0;
        double cached = 0;
        foreach (PrefillChunk chunk in chunks)
        {
            double padded = Math.Ceiling(chunk.Tokens / 128.0) * 128;
            pairs += padded * (padded + 128) / 2 + padded * chunk.CachedTokens;
            cached += chunk.CachedTokens;
        }
        double expansion = 2 * cached * _shape.KvRank * _heads * (_shape.NopeDim + _shape.ValueDim);
        return 2 * pairs * _heads * (_shape.QueryDim + _shape.ValueDim) / (_flopsPerUs * c.ComputeEfficiency)
            + expansion / (_productPeak * c.ProductEfficiency);
    }

    private static double Root(double a, double b) => DeterministicMath.Sqrt(a * a + b * b);

    private static LatentCoefficients Of(TimingProfile device, NumberFormat format, bool fp8Kv)
    {
        IReadOnlyList<LatentCoefficients> known = device.Latent ?? [];
        NumberFormat wanted = format == NumberFormat.Fp8 ? NumberFormat.Fp8Block : format;
        if (known.FirstOrDefault(one => one.Weights == wanted && one.Fp8Kv == fp8Kv) is { } found)
            return found;
        string formats = known.Count == 0
            ? "none"
            : string.Join(", ", known.Select(one => $"{LayerWords.Of(one.Weights)} with {(one.Fp8Kv ? "8" : "16")}-bit KV"));
        throw new InputException(
            $"timing profile {device.Name} has no latent attention of weights {LayerWords.Of(format)} with {(fp8Kv ? "8" : "16")}-bit KV; "
                + $"available: {formats}; timing.profile names another");
    }
}
