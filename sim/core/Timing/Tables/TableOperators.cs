using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Operator times from tables, with the formulas where a table ends or is absent.</summary>
/// <remarks>
/// Inside a table: interpolation. Beyond it: the time at its nearest point times the ratio of the analytic times of the two shapes, so
/// the step is continuous; every such use is reported. A group without a table is analytic throughout and named in the provenance.
/// </remarks>
internal sealed class TableOperators : IOperatorTimes
{
    private readonly OperatorTables _tables;
    private readonly OperatorTimes _shape;
    private readonly ModelRank _rank;
    private readonly double _prefillFloor;

    public TableOperators(OperatorTables tables, OperatorTimes shape, ModelRank rank, ExtrapolationReport report)
    {
        _tables = tables;
        _shape = shape;
        _rank = rank;
        Report = report;
        _prefillFloor = tables.Prefill is { } prefill ? prefill.CurveOf(0).At(0) : 0;
    }

    public ExtrapolationReport Report { get; }

    public OperatorTimes Shape => _shape;

    public OperatorTables Tables => _tables;

    public double? Us(LayerOperator what, in OperatorPoint at) => what switch
    {
        LayerOperator.QkvProjection => Over(_tables.Qkv, what, at.Tokens),
        LayerOperator.OutputProjection => Over(_tables.Output, what, at.Tokens),
        LayerOperator.UpProjection => Over(_tables.Up, what, at.Tokens),
        LayerOperator.DownProjection => Over(_tables.Down, what, at.Tokens),
        LayerOperator.Elementwise => Over(_tables.Elementwise, what, at.Tokens),
        LayerOperator.EmbeddingAndNorm => Over(_tables.Ends, what, at.Tokens),
        LayerOperator.LmHead => Over(_tables.LmHead, what, Math.Max(at.Tokens, 1)),
        LayerOperator.Sampler => Over(_tables.Sampler, what, Math.Max(at.Tokens, 1)),
        LayerOperator.AllReduce => AllReduce(at.Tokens),
        LayerOperator.DecodeAttention => Decode(at.Tokens, (double)at.ContextTokens / Math.Max(at.Tokens, 1)),
        LayerOperator.PrefillAttention => Prefill(at.Tokens, at.CachedTokens),
        _ => null,
    };

    /// <summary>What a layer costs for m tokens besides attention.</summary>
    public double LayerLinear(int m)
    {
        double us = 0;
        foreach (LayerOperator what in (ReadOnlySpan<LayerOperator>)[LayerOperator.QkvProjection, LayerOperator.OutputProjection,
            LayerOperator.UpProjection, LayerOperator.DownProjection, LayerOperator.Elementwise])
            us += Us(what, new OperatorPoint(m))!.Value;
        return _rank.TensorParallel > 1 ? us + 2 * AllReduce(m)!.Value : us;
    }

    public double Head(int samples) =>
        Us(LayerOperator.LmHead, new OperatorPoint(samples))!.Value + Us(LayerOperator.Sampler, new OperatorPoint(samples))!.Value;

    /// <summary>Decode attention of a layer for rows of one length.</summary>
    public double Decode(double rows, double kv)
    {
        if (_tables.Decode is not { } table)
            return Analytic(rows, kv);
        if (table.Covers(rows, kv))
            return table.At(rows, kv);
        (double key, double x) = table.Nearest(rows, kv);
        Report.Note("decode attention, sequences", rows, table.FirstKey, table.LastKey);
        return table.At(key, x) * Analytic(rows, kv) / Analytic(key, x);
    }

    /// <summary>Where the curves around a batch size bend, in KV length; null without a table.</summary>
    public IEnumerable<double>? DecodeKnots(double rows)
    {
        if (_tables.Decode is not { } table)
            return null;
        (Curve left, Curve right, _) = table.Around(rows);
        double last = Math.Min(left.Last, right.Last);
        double first = Math.Max(left.First, right.First);
        return new SortedSet<double>([.. left.Points, .. right.Points]).Where(x => x >= first && x <= last);
    }

    /// <summary>Prefill attention of a layer: one launch, whose least time every further chunk saves.</summary>
    public double Prefill(ReadOnlySpan<PrefillChunk> chunks)
    {
        if (_tables.Prefill is null)
            return _shape.Prefill(chunks);
        double sum = 0;
        foreach (PrefillChunk chunk in chunks)
            sum += Math.Max(0, Prefill(chunk.Tokens, chunk.CachedTokens) - _prefillFloor);
        return sum + _prefillFloor;
    }

    /// <summary>What decoding rows add to the launch of the chunks beside them; null when no such table is there.</summary>
    public double? DecodeBeside(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        if (_tables.Mixed is not { } table)
            return null;
        double tokens = 0;
        double cached = 0;
        foreach (PrefillChunk chunk in chunks)
        {
            tokens += chunk.Tokens;
            cached += (double)chunk.Tokens * chunk.CachedTokens;
        }
        cached /= tokens;
        double rows = decode.Sequences;
        double mean = decode.ContextTokens / rows;
        double at = Beside(table, tokens, cached, rows, mean);
        if (_tables.Skew is not { } skew)
            return at;
        double beyond = Beside(table, tokens, cached, rows, decode.LongestContext) - at;
        return at + skew.Mixed.At(rows) * Math.Max(0, beyond);
    }

    private double Beside(MixedTable table, double tokens, double cached, double rows, double kv)
    {
        double added = Math.Max(0, table.At(tokens, cached, rows, kv) - _tables.Prefill!.At(tokens, cached));
        if (table.Covers(tokens, cached, rows, kv))
            return added;
        double nearRows = Math.Min(rows, _tables.Decode!.LastKey);
        double nearKv = Math.Clamp(kv, _tables.Decode.CurveOf(0).First, _tables.Decode.CurveOf(0).Last);
        double ours = _shape.MixedPerSequence * rows + _shape.MixedPerContextToken * rows * kv;
        double near = _shape.MixedPerSequence * nearRows + _shape.MixedPerContextToken * nearRows * nearKv;
        return near > 0 ? added * ours / near : added;
    }

    private double? AllReduce(int m)
    {
        if (_rank.TensorParallel == 1)
            return null;
        double bytes = 2.0 * _rank.Model.Hidden * m;
        if (_tables.AllReduce is not { } table)
            return _shape.Us(LayerOperator.AllReduce, new OperatorPoint(m));
        if (table.Covers(bytes))
            return table.At(bytes);
        Report.Note("all-reduce, bytes", bytes, table.First, table.Last);
        double edge = Math.Clamp(bytes, table.First, table.Last);
        double shape = _shape.AllReduceUs(edge);
        return shape > 0 ? table.At(edge) * _shape.AllReduceUs(bytes) / shape : table.At(edge) * bytes / edge;
    }

    private double Prefill(double chunk, double cached)
    {
        if (_tables.Prefill is not { } table)
            return Analytic1(chunk, cached);
        if (table.Covers(chunk, cached))
            return table.At(chunk, cached);
        (double key, double x) = table.Nearest(chunk, cached);
        Report.Note("prefill attention, chunk tokens", chunk, table.FirstKey, table.LastKey);
        (Curve left, Curve right, _) = table.Around(key);
        Report.Note("prefill attention, cached tokens", cached, Math.Max(left.First, right.First), Math.Min(left.Last, right.Last));
        return table.At(key, x) * Analytic1(chunk, cached) / Analytic1(key, x);
    }

    private double Over(Curve? curve, LayerOperator what, int x)
    {
        if (curve is null)
            return _shape.Us(what, new OperatorPoint(x))!.Value;
        if (curve.Covers(x))
            return curve.At(x);
        int edge = (int)Math.Clamp(x, curve.First, curve.Last);
        Report.Note($"{Name(what)}, {(what is LayerOperator.LmHead or LayerOperator.Sampler ? "sequences" : "tokens")}", x, curve.First,
            curve.Last);
        return curve.At(edge) * _shape.Us(what, new OperatorPoint(x))!.Value / _shape.Us(what, new OperatorPoint(edge))!.Value;
    }

    private double Analytic(double rows, double kv) =>
        _shape.Decode(new DecodeBatch((int)rows, (long)(rows * kv), (long)kv));

    private double Analytic1(double chunk, double cached) => _shape.Prefill([new PrefillChunk((int)chunk, (int)cached, true)]);

    internal static string Name(LayerOperator what) => what switch
    {
        LayerOperator.QkvProjection => "QKV projection",
        LayerOperator.OutputProjection => "output projection",
        LayerOperator.UpProjection => "up projection",
        LayerOperator.DownProjection => "down projection",
        LayerOperator.Elementwise => "element-wise",
        LayerOperator.AllReduce => "all-reduce",
        LayerOperator.DecodeAttention => "decode attention",
        LayerOperator.PrefillAttention => "prefill attention",
        LayerOperator.EmbeddingAndNorm => "embedding and final norm",
        LayerOperator.LmHead => "LM head",
        _ => "sampler",
    };
}
