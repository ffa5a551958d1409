using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Timing;

/// <summary>Times of one layer's operators for one model rank on one device, in microseconds: the formulas, nothing cached.</summary>
/// <remarks>
/// Symbols: m tokens of the iteration, h hidden, d head size, nq and nkv heads of this rank, f MLP width of this rank.
/// Element-wise bytes a token: two norms 8h each, rotary 4 (nq + nkv) d, activation 6f gated or 4f, KV write 8 nkv d, and
/// 4 (nq + nkv) d when queries and keys are normalised. Activations are 16 bit.
/// </remarks>
public sealed class OperatorTimes : IOperatorTimes
{
    private readonly TimingProfile _device;
    private readonly ProductTimes _attentionProducts;
    private readonly ProductTimes _denseProducts;
    private readonly DecodeAttentionCoefficients _decode;
    private readonly double _headElement;
    private readonly double _kvElement;
    private readonly ModelRank _rank;
    private readonly AllReduceTable? _allReduce;
    private readonly double _hbmBytesPerUs;
    private readonly double _flopsPerUs;
    private readonly double[] _elementwiseBytes;
    private readonly double _activationBytes;
    private readonly double _prefillFactor;
    private readonly double _decodeFactor;

    /// <exception cref="InputException">The device has no coefficients for that weight or KV format, or for that many GPUs.</exception>
    public OperatorTimes(
        TimingProfile device, ModelRank rank, WeightFormat weights = WeightFormat.Model, bool fp8Kv = false, bool allReduceOptional = false,
        double prefillFactor = 1, double decodeFactor = 1)
    {
        _prefillFactor = prefillFactor;
        _decodeFactor = decodeFactor;
        _device = device;
        _rank = rank;
        _decode = device.DecodeAttention;
        _kvElement = fp8Kv ? 1 : 2;
        ProductTimes whole = ProductTimes.Of(device, rank.Model, weights);
        WeightFormats? formats = weights == WeightFormat.Model ? rank.Model.Formats : null;
        _attentionProducts = formats is null ? whole : ProductTimes.Of(device, formats.Attention);
        _denseProducts = formats is null ? whole : ProductTimes.Of(device, formats.Dense);
        _headElement = formats is not null || whole.PeakScale > 1 ? 2 : whole.Element;
        if (fp8Kv)
            _decode = device.DecodeAttentionFp8Kv
                ?? throw new InputException($"timing profile {device.Name} has no attention over 8-bit KV (decode_attention_fp8_kv)");
        if (rank.TensorParallel > 1)
            _allReduce = allReduceOptional
                ? device.AllReduce.FirstOrDefault(known => known.Gpus == rank.TensorParallel)
                : device.AllReduceOf(rank.TensorParallel);
        _hbmBytesPerUs = device.HbmTbPerS * 1e6;
        _flopsPerUs = device.PeakTflops16Bit * 1e6;
        double hidden = rank.Model.Hidden;
        double heads = (rank.QHeads + rank.KvHeads) * (double)rank.Model.HeadDim;
        double kv = rank.KvHeads * (double)rank.Model.HeadDim;
        _activationBytes = (rank.Model.Gated ? 6.0 : 4.0) * rank.Ffn;
        double[] bytes = [8 * hidden, 8 * hidden, 4 * heads, _activationBytes, 8 * kv];
        _elementwiseBytes = rank.Model.QkNorm ? [.. bytes, 4 * heads] : bytes;
    }

    /// <summary>KV bytes of one token and layer on this rank.</summary>
    private double KvBytes => _kvElement * (_rank.Model.HeadDim + _rank.Model.ValueDim) * _rank.KvHeads;

    /// <summary>What a layer costs for m tokens besides attention: four products, element-wise kernels, two all-reduces.</summary>
    public double LayerLinear(int m)
    {
        double hidden = _rank.Model.Hidden;
        double us = AttentionProducts(m);
        us += DenseProducts(m);
        foreach (double bytes in _elementwiseBytes)
            us += Elementwise(bytes * m);
        if (_allReduce is not null)
            us += 2 * _allReduce.Us(2 * hidden * m);
        return us;
    }

    /// <summary>The least that a token adds to <see cref="LayerLinear"/> in iterations of any size: products at their rate, without
    /// launches, padding and unfilled waves; bytes of element-wise kernels and all-reduces.</summary>
    public double LayerLinearPerToken
    {
        get
        {
            double hidden = _rank.Model.Hidden;
            double us = AttentionProductsPerToken;
            us += DenseProductsPerToken;
            us += _elementwiseBytes.Sum() / (_hbmBytesPerUs * _device.Elementwise.MemoryEfficiency);
            return _allReduce is null ? us : us + (2 * 2 * hidden * _allReduce.Segments.Min(s => s.FixedUs < 0 ? 0 : s.UsPerByte));
        }
    }

    /// <summary>The same of <see cref="AttentionProducts"/>.</summary>
    public double AttentionProductsPerToken => ProductPerRow(_attentionProducts, _rank.QkvWidth, _rank.Model.Hidden)
        + ProductPerRow(_attentionProducts, _rank.Model.Hidden, (double)_rank.QHeads * _rank.Model.ValueDim);

    /// <summary>The same of <see cref="DenseProducts"/>.</summary>
    public double DenseProductsPerToken => ProductPerRow(_denseProducts, _rank.UpWidth, _rank.Model.Hidden)
        + ProductPerRow(_denseProducts, _rank.Model.Hidden, _rank.Ffn);

    /// <summary>The same of <see cref="Ends"/>.</summary>
    public double EndsPerToken => 2 * 4.0 * _rank.Model.Hidden / (_hbmBytesPerUs * _device.Elementwise.MemoryEfficiency);

    /// <summary>The same of prefill attention for each unit of (cached + chunk)^2 - cached^2.</summary>
    public double PrefillPerSquare =>
        _prefillFactor * (_rank.Model.HeadDim + _rank.Model.ValueDim) * _rank.QHeads / (_flopsPerUs * _device.PrefillAttention.ComputeEfficiency);

    /// <summary>The same for each token of a chunk, its bytes in and out.</summary>
    public double PrefillPerToken =>
        _prefillFactor * _device.PrefillAttention.MemoryCost * (KvBytes + (2.0 * (_rank.Model.HeadDim + _rank.Model.ValueDim) * _rank.QHeads)) / _hbmBytesPerUs;

    /// <summary>QKV and output projections.</summary>
    public double AttentionProducts(int m)
    {
        double hidden = _rank.Model.Hidden;
        double width = (double)_rank.QHeads * _rank.Model.ValueDim;
        return Product(_attentionProducts, m, _rank.QkvWidth, hidden) + Product(_attentionProducts, m, hidden, width);
    }

    /// <summary>Up and down projections of the dense MLP.</summary>
    public double DenseProducts(int m) =>
        Product(_denseProducts, m, _rank.UpWidth, _rank.Model.Hidden) + Product(_denseProducts, m, _rank.Model.Hidden, _rank.Ffn);

    /// <summary>Norm, rotary positions, KV write: the element-wise kernels beside full attention.</summary>
    public double AttentionElementwise(int m)
    {
        double us = 0;
        for (int i = 1; i < _elementwiseBytes.Length; i++)
            us += i == 3 ? 0 : Elementwise(_elementwiseBytes[i] * m);
        return us;
    }

    /// <summary>One norm.</summary>
    public double Norm(int m) => Elementwise(8.0 * _rank.Model.Hidden * m);

    /// <summary>The activation function of the dense MLP.</summary>
    public double Activation(int m) => Elementwise(_activationBytes * m);

    /// <summary>The activation function of a block of that width on this rank.</summary>
    public double Activation(int m, double width) => Elementwise((_rank.Model.Gated ? 6.0 : 4.0) * width * m);

    /// <summary>One all-reduce of the residual stream.</summary>
    public double AllReduce(int m) => _allReduce?.Us(2.0 * _rank.Model.Hidden * m) ?? 0;

    /// <inheritdoc/>
    public double? Us(LayerOperator what, in OperatorPoint at)
    {
        double hidden = _rank.Model.Hidden;
        int m = at.Tokens;
        return what switch
        {
            LayerOperator.QkvProjection => Product(_attentionProducts, m, _rank.QkvWidth, hidden),
            LayerOperator.OutputProjection => Product(_attentionProducts, m, hidden, (double)_rank.QHeads * _rank.Model.ValueDim),
            LayerOperator.UpProjection => Product(_denseProducts, m, _rank.UpWidth, hidden),
            LayerOperator.DownProjection => Product(_denseProducts, m, hidden, _rank.Ffn),
            LayerOperator.Elementwise => _elementwiseBytes.Sum(bytes => Elementwise(bytes * m)),
            LayerOperator.AllReduce => _allReduce?.Us(2 * hidden * m),
            LayerOperator.EmbeddingAndNorm => Ends(m),
            LayerOperator.LmHead => HeadProduct(Math.Max(m, 1)),
            LayerOperator.Sampler => _device.Sampler.FixedUs + _device.Sampler.PerSequenceUs * Math.Max(m, 1),
            LayerOperator.DecodeAttention => Decode(new DecodeBatch(m, at.ContextTokens, (at.ContextTokens + m - 1) / Math.Max(m, 1))),
            LayerOperator.PrefillAttention => Prefill([new PrefillChunk(m, at.CachedTokens, true)]),
            _ => null,
        };
    }

    /// <summary>An all-reduce of that many bytes; 0 where this degree has no table.</summary>
    public double AllReduceUs(double bytes) => _allReduce?.Us(bytes) ?? 0;

    /// <summary>Decode attention of a layer.</summary>
    public double Decode(in DecodeBatch batch) => DecodeFixed(batch.Sequences)
        + DecodePerContextToken * batch.ContextTokens + DecodePerLongestToken(batch.Sequences) * batch.LongestContext;

    /// <summary>Embedding and final norm for m tokens, once an iteration.</summary>
    public double Ends(int m) => 2 * Elementwise(4.0 * _rank.Model.Hidden * m);

    /// <summary>LM head and sampler. Engines run them for at least one row even when no chunk ends its prompt.</summary>
    public double Head(int samples)
    {
        int rows = Math.Max(samples, 1);
        return HeadProduct(rows)
            + _device.Sampler.FixedUs + _device.Sampler.PerSequenceUs * rows;
    }

    /// <summary>Decode attention of a layer without the parts that grow with context.</summary>
    public double DecodeFixed(int sequences)
    {
        DecodeAttentionCoefficients c = _decode;
        return _decodeFactor * (c.LaunchUs + c.PerKvHeadUs * sequences * _rank.KvHeads + c.PerQueryHeadUs * sequences * _rank.QHeads);
    }

    /// <summary>Decode attention of a layer for each token of total context.</summary>
    public double DecodePerContextToken => _decodeFactor * KvBytes / (_hbmBytesPerUs * _decode.MemoryEfficiency);

    /// <summary>Decode attention of a layer for each token of the longest context.</summary>
    public double DecodePerLongestToken(int sequences) =>
        _decodeFactor * _decode.SerialUsPer1024 / 1024 / (1 + (double)sequences * _rank.KvHeads / _device.Sms);

    /// <summary>Single-kernel attention of a decoding row beside prefill chunks, a layer.</summary>
    public double MixedPerSequence => _decodeFactor * _device.MixedBatch.PerQueryHeadUs * _rank.QHeads;

    /// <summary>The same for each token of total context.</summary>
    public double MixedPerContextToken =>
        _decodeFactor * _device.MixedBatch.KvPassFactor * ((double)_rank.QHeads / _rank.KvHeads) * KvBytes / _hbmBytesPerUs;

    /// <summary>Prefill attention of a layer over all chunks of the iteration.</summary>
    /// <param name="window">Tokens that a layer sees at most.</param>
    /// <param name="chunked">They are those of the current chunk: half on average.</param>
    public double Prefill(ReadOnlySpan<PrefillChunk> chunks, long window = long.MaxValue, bool chunked = false)
    {
        PrefillAttentionCoefficients c = _device.PrefillAttention;
        double perPair = 2.0 * (_rank.Model.HeadDim + _rank.Model.ValueDim) * _rank.QHeads;
        double flops = 0;
        double bytes = 0;
        double longest = 0;
        foreach (PrefillChunk chunk in chunks)
        {
            double tokens = chunk.Tokens;
            double cached = Math.Min(chunk.CachedTokens, window);
            double padded = Math.Ceiling(tokens / 128) * 128;
            double all = padded * cached + padded * (padded + c.TileTokens) / 2;
            flops += perPair * (cached + tokens <= window ? all : Math.Min(all, padded * window * (chunked ? 0.5 : 1)));
            bytes += KvBytes * (cached + tokens) + perPair * tokens;
            longest = Math.Max(longest, Math.Min(cached + tokens, window));
        }
        double compute = flops / (_flopsPerUs * c.ComputeEfficiency);
        double walk = c.SerialUsPer1024 * longest / 1024;
        return _prefillFactor * (c.LaunchUs + c.MemoryCost * bytes / _hbmBytesPerUs + Norm(compute, walk, c.NormExponent));
    }

    /// <summary>One product C[m,n] = A[m,k] B[k,n]: <see cref="GemmCoefficients"/>.</summary>
    public double Gemm(double m, double n, double k) => Product(_denseProducts, m, n, k);

    /// <summary>The LM head, which stays 16 bit when the layers are quantised.</summary>
    private double HeadProduct(int rows) => Product(new ProductTimes(_device.Gemm, _headElement, 1), rows, _rank.Vocab, _rank.Model.Hidden);

    internal double Product(ProductTimes of, double m, double n, double k)
    {
        GemmCoefficients c = of.Coefficients;
        double tile = m <= 64 ? 64 : 128;
        double padded = m + c.TilePadding * (Math.Ceiling(m / tile) * tile - m);
        double waves = Math.Ceiling(m / 128) * Math.Ceiling(n / 128) / _device.Sms;
        double waste = waves > 1 ? 1 + c.WavePadding * (Math.Ceiling(waves) / waves - 1) : 1;
        double compute = 2 * padded * n * k * waste / (_flopsPerUs * of.PeakScale * c.ComputeEfficiency);
        double memory = (of.Element * (n * k + m * k) + 2 * m * n) / (_hbmBytesPerUs * c.MemoryEfficiency);
        return c.LaunchUs + c.InnerUsPer1024 * k / 1024 + Norm(compute, memory, c.NormExponent);
    }

    /// <summary>A product grows at least by this with each row: both terms of its norm are at least proportional to the rows.</summary>
    private double ProductPerRow(ProductTimes of, double n, double k) => Norm(
        2 * n * k / (_flopsPerUs * of.PeakScale * of.Coefficients.ComputeEfficiency),
        ((of.Element * k) + (2 * n)) / (_hbmBytesPerUs * of.Coefficients.MemoryEfficiency),
        of.Coefficients.NormExponent);

    private double Elementwise(double bytes) =>
        Math.Max(_device.Elementwise.LaunchUs, bytes / (_hbmBytesPerUs * _device.Elementwise.MemoryEfficiency));

    /// <summary>(a^q + b^q)^(1/q), with the larger term taken out so that nothing overflows.</summary>
    internal static double Norm(double a, double b, double q)
    {
        double large = Math.Max(a, b);
        double small = Math.Min(a, b);
        return small == 0 ? large : large * DeterministicMath.Pow(1 + DeterministicMath.Pow(small / large, q), 1 / q);
    }
}
