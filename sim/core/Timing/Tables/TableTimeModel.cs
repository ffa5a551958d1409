using ELLM.Sim.Models;
using ELLM.Sim.Time;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Iteration times interpolated between measured operators; the formulas carry on where a table ends.</summary>
/// <remarks>
/// <para>The iteration is put together as in <see cref="AnalyticTimeModel"/>: layers (projections, element-wise, two all-reduces,
/// attention), embedding, LM head, sampler, engine overhead. Tables hold batches of equal lengths: another batch is seen at its mean
/// length, plus a measured share of the way to its longest where the folder has <see cref="SkewShares"/>; without, batches whose
/// longest is 2.3 times the mean come out 4 to 5 % fast on average (in-engine measurements of skewed batches).</para>
/// <para>Decode-only iterations are piecewise affine in the context, with breakpoints at the measured lengths, so jumping over them
/// equals stepping to the bit: <see cref="DecodeCost.ValidSteps"/> ends at the next breakpoint.</para>
/// </remarks>
public sealed class TableTimeModel : ITimeModel
{
    /// <summary>Lengths beyond any table are one piece up to here, and go on with its slope.</summary>
    private const double FarKv = 1 << 21;

    private readonly TableOperators _operators;
    private readonly int _layers;

    /// <summary>Share of embedding and final norm that is computed here: half is the embedding.</summary>
    private readonly double _ends;
    private readonly bool _singleKernel;
    private readonly TimingOptions _options;
    private readonly long _overheadFixedPs;
    private readonly long _overheadPerSequencePs;
    private readonly long _floorPs;
    private readonly IterationParts _parts;
    private readonly DecodePieces?[] _pieces;

    /// <param name="tables">Measured operators.</param>
    /// <param name="profile">Formulas of the device, for shapes beyond the tables and for groups they lack.</param>
    /// <param name="model">Shape of the model.</param>
    /// <param name="tensorParallel">GPUs that share each layer.</param>
    /// <param name="options">Batch limit, engine overhead, padding.</param>
    /// <param name="fillMissing">Use the formulas for a missing projection, attention or all-reduce table instead of refusing.</param>
    /// <exception cref="InputException">A needed operator is missing.</exception>
    public TableTimeModel(
        OperatorTables tables, TimingProfile profile, ModelSpec model, int tensorParallel = 1, TimingOptions? options = null,
        bool fillMissing = false)
    {
        _options = options ?? new TimingOptions();
        ModelRank rank = model.ForRank(tensorParallel);
        if (!fillMissing)
            RequireAll(tables, tensorParallel);
        bool needsAllReduce = tensorParallel > 1 && tables.AllReduce is null;
        OperatorTimes shape = new(profile, rank, _options.Weights, _options.Fp8Kv, allReduceOptional: !needsAllReduce);
        _operators = new TableOperators(tables, shape, rank, Extrapolation);
        _layers = _options.Stage?.Count ?? model.Layers;
        _ends = (_options.HasEmbedding ? 0.5 : 0) + (_options.HasHead ? 0.5 : 0);
        _singleKernel = profile.MixedBatch.Mode == MixedBatchMode.SingleKernelFa2;
        if (AnalyticTimeModel.OverheadOf(profile, _options) is { } overhead)
        {
            _overheadFixedPs = _options.HasHead ? Ps(overhead.FixedUs) : 0;
            _overheadPerSequencePs = _options.HasHead ? Ps(overhead.PerSequenceUs) : 0;
            _floorPs = Ps(overhead.FloorUsPerLayer * _layers);
        }
        _parts = new IterationParts(
            _options,
            tokens =>
                _layers * _operators.LayerLinear(tokens) + _ends * _operators.Us(LayerOperator.EmbeddingAndNorm,
                    new OperatorPoint(tokens))!.Value,
            _operators.Head,
            chunks => _layers * _operators.Prefill(chunks));
        _pieces = new DecodePieces[_options.MaxSequences + 1];
        Provenance = Describe(profile, tensorParallel);
    }

    public int MaxSequences => _options.MaxSequences;

    public TimingProvenance Provenance { get; }

    /// <summary>Where a run went beyond the tables so far.</summary>
    public ExtrapolationReport Extrapolation { get; } = new();

    /// <summary>Single operators, for comparing time models.</summary>
    public IOperatorTimes Operators => _operators;

    public OperatorTables Tables => _operators.Tables;

    public DecodeCost Decode(in DecodeBatch batch)
    {
        int b = batch.Sequences;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(b, MaxSequences);
        DecodeCost attention = Attention(batch);
        NoteLength(b, batch.ContextTokens);
        long overhead = _overheadFixedPs + b * _overheadPerSequencePs;
        long fixedPs = _parts.LinearPs(_options.Pads ? CudaGraphSizes.Pad(b) : b) + _parts.HeadPs(b) + attention.FixedPs + overhead;
        DecodeCost cost = attention with { FixedPs = fixedPs };
        return _floorPs == 0 ? cost : AboveFloor(cost, batch, _floorPs + overhead);
    }

    /// <summary>Attention of all layers: at the mean length, and the share of the way to the longest.</summary>
    private DecodeCost Attention(in DecodeBatch batch)
    {
        int b = batch.Sequences;
        DecodePieces pieces = Pieces(b);
        (long fixedPs, long perToken, long end) = pieces.At(batch.ContextTokens);
        long steps = Steps(end - batch.ContextTokens, b, end);
        if (_operators.Tables.Skew is not { } skew)
            return new DecodeCost(fixedPs, perToken, 0, steps);
        (long longFixed, long longPerToken, long longEnd) = pieces.At(batch.LongestContext * b);
        double share = skew.Pure.At(b);
        return new DecodeCost(
            (long)Math.Round((1 - share) * fixedPs + share * longFixed),
            (long)Math.Round((1 - share) * perToken),
            (long)Math.Round(share * longPerToken * b),
            Math.Min(steps, Steps(longEnd - batch.LongestContext * b, b, longEnd)));
    }

    private static long Steps(long tokens, int perStep, long end) =>
        end == long.MaxValue ? long.MaxValue : (tokens + perStep - 1) / perStep;

    private static DecodeCost AboveFloor(in DecodeCost cost, in DecodeBatch batch, long floor)
    {
        long now = cost.FixedPs + cost.PerContextTokenPs * batch.ContextTokens + cost.PerLongestTokenPs * batch.LongestContext;
        long slope = cost.PerContextTokenPs * batch.Sequences + cost.PerLongestTokenPs;
        long steps = cost.ValidSteps;
        if (now < floor)
            return new DecodeCost(floor, 0, 0, slope <= 0 ? steps : Math.Min(steps, (floor - now) / slope + 1));
        // A falling piece may sink below the floor: stop at the last step above it.
        return cost with { ValidSteps = slope >= 0 ? steps : Math.Min(steps, (now - floor) / -slope + 1) };
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        int tokens = decode.Sequences;
        int samples = decode.Sequences;
        foreach (PrefillChunk chunk in chunks)
        {
            tokens += chunk.Tokens;
            samples += chunk.Samples ? 1 : 0;
        }
        long gpu = _parts.LinearPs(tokens) + _parts.HeadPs(samples) + _parts.PrefillPs(chunks) + DecodeBesidePs(chunks, decode);
        long overhead = _overheadFixedPs + (decode.Sequences + chunks.Length) * _overheadPerSequencePs;
        return Math.Max(gpu, _floorPs) + overhead;
    }

    private long DecodeBesidePs(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        int b = decode.Sequences;
        if (b == 0)
            return 0;
        if (_operators.DecodeBeside(chunks, decode) is double measured)
            return Ps(_layers * measured);
        if (_singleKernel)
            return Ps(_layers * (_operators.Shape.MixedPerSequence * b + _operators.Shape.MixedPerContextToken * decode.ContextTokens));
        NoteLength(b, decode.ContextTokens);
        DecodeCost attention = Attention(decode);
        return attention.FixedPs + attention.PerContextTokenPs * decode.ContextTokens + attention.PerLongestTokenPs * decode.LongestContext;
    }

    private DecodePieces Pieces(int b) => _pieces[b] ??= Tabulate(b);

    private DecodePieces Tabulate(int b)
    {
        List<double> lengths = [1];
        foreach (double kv in _operators.DecodeKnots(b) ?? [])
        {
            if (kv > 1)
                lengths.Add(kv);
        }
        lengths.Add(Math.Max(FarKv, lengths[^1] * 2));
        return new DecodePieces([.. lengths.Select(kv => ((long)kv * b, Ps(_layers * _operators.Decode(b, kv))))]);
    }

    private void NoteLength(int b, long context)
    {
        if (_operators.Tables.Decode is not { } table)
            return;
        (Curve left, Curve right, _) = table.Around(b);
        Extrapolation.Note("decode attention, KV length", (double)context / b, Math.Max(left.First, right.First),
            Math.Min(left.Last, right.Last));
    }

    private static void RequireAll(OperatorTables tables, int tensorParallel)
    {
        (string What, bool Missing)[] needed =
        [
            ("the four projections", tables.Qkv is null || tables.Output is null || tables.Up is null || tables.Down is null),
            ("decode attention", tables.Decode is null),
            ("prefill attention", tables.Prefill is null),
            ($"an all-reduce of {tensorParallel} GPUs", tensorParallel > 1 && tables.AllReduce is null),
        ];
        foreach ((string what, bool missing) in needed)
        {
            if (missing)
                throw new InputException(
                    $"{tables.Folder}: missing operator: {what}; add the table, or use 'table:{tables.Folder}+analytic' to take it from "
                        + $"the GPU's formulas");
        }
    }

    private TimingProvenance Describe(TimingProfile profile, int tensorParallel)
    {
        OperatorTables tables = Tables;
        string measured = $"measured tables ({tables.Kind}), interpolated";
        TimingSource Part(string name, bool has, string source, bool borrowed) =>
            has ? new(name, measured, false) : new(name, "formula: " + source, borrowed);
        List<TimingSource> parts =
        [
            Part("gemm", tables.Qkv is not null, profile.Gemm.Source, profile.Gemm.Borrowed),
            Part("decode attention", tables.Decode is not null, profile.DecodeAttention.Source, profile.DecodeAttention.Borrowed),
            Part("prefill attention", tables.Prefill is not null, profile.PrefillAttention.Source, profile.PrefillAttention.Borrowed),
            Part("mixed batch", tables.Mixed is not null, profile.MixedBatch.Source, profile.MixedBatch.Borrowed),
            Part("element-wise", tables.Elementwise is not null, profile.Elementwise.Source, profile.Elementwise.Borrowed),
            Part("lm head", tables.LmHead is not null, profile.Gemm.Source, profile.Gemm.Borrowed),
            Part("sampler", tables.Sampler is not null, profile.Sampler.Source, profile.Sampler.Borrowed),
        ];
        if (tensorParallel > 1)
            parts.Add(
                tables.AllReduce is not null
                    ? new($"all-reduce of {tensorParallel}", measured, false)
                    : new($"all-reduce of {tensorParallel}", "formula: " + profile.AllReduceOf(tensorParallel).Source,
                        profile.AllReduceOf(tensorParallel).Borrowed));
        if (AnalyticTimeModel.OverheadOf(profile, _options) is { } overhead)
            parts.Add(new TimingSource("engine overhead", overhead.Source, overhead.Borrowed));
        return new TimingProvenance("table", profile.Name, AnalyticTimeModel.NameOf(_options), parts);
    }

    private static long Ps(double us) => SimTime.FromMicroseconds(us).Picoseconds;
}
