namespace ELLM.Sim.Models;

/// <content>Parameters, KV and states of the layers.</content>
public sealed partial record ModelRank
{
    /// <summary>Parameters of all the stage's layers.</summary>
    public LayerWeights Layers
    {
        get
        {
            LayerWeights sum = default;
            foreach (LayerGroup group in Groups)
                sum = sum.Plus(WeightsOf(group), group.Count);
            return sum;
        }
    }

    /// <summary>Parameters that one token passes in the stage's layers: of the experts only those that it goes to, all of them on this
    /// rank's share.</summary>
    public LayerWeights ActiveLayers
    {
        get
        {
            LayerWeights all = Layers;
            return Model.Experts is { } experts ? all with { Experts = all.Experts / experts.Count * experts.Top } : all;
        }
    }

    /// <summary>Bytes of weights that an iteration of one token reads on this rank: of the experts only those that it goes to.</summary>
    public long LeastWeightBytesRead
    {
        get
        {
            if (Model.Experts is null)
                return WeightBytes;
            NumberFormat format = Model.Formats?.Experts ?? (Model.WeightElementBytes == 1 ? NumberFormat.Fp8 : NumberFormat.Bits16);
            return WeightBytes - format.BytesOf(Layers.Experts - ActiveLayers.Experts);
        }
    }

    /// <summary>KV bytes of one token on this rank, all its layers, windows taken as if they kept every token.</summary>
    public long KvBytesPerToken(int kvElementBytes = 2)
    {
        long sum = 0;
        foreach (LayerGroup group in Groups)
            sum += group.Count * KvBytesOf(group.Attention, kvElementBytes);
        return sum;
    }

    /// <summary>The part of <see cref="KvBytesPerToken"/> in layers that keep a window or a chunk only.</summary>
    public long WindowKvBytesPerToken(int kvElementBytes = 2)
    {
        long sum = 0;
        foreach (LayerGroup group in Groups)
        {
            if (group.Attention is AttentionKind.Window or AttentionKind.Chunked)
                sum += group.Count * KvBytesOf(group.Attention, kvElementBytes);
        }
        return sum;
    }

    /// <summary>Bytes that a sequence keeps in linear and state-space layers, whatever its length.</summary>
    public long StateBytesPerSequence
    {
        get
        {
            long sum = 0;
            foreach (LayerGroup group in Groups)
            {
                if (group.Attention == AttentionKind.State && Model.State is { } state)
                    sum += group.Count * state.BytesPerSequence(TensorParallel);
            }
            return sum;
        }
    }

    /// <summary>KV bytes of one token in one layer. A latent vector is the same on every rank.</summary>
    public long KvBytesOf(AttentionKind kind, int kvElementBytes) => kind switch
    {
        AttentionKind.Full => (long)KvHeads * (Model.HeadDim + Model.ValueDim) * kvElementBytes,
        AttentionKind.Latent when Model.Latent is { } latent =>
            (long)latent.CachedWidth * kvElementBytes + (latent.Index?.KeyBytes ?? 0),
        AttentionKind.Window or AttentionKind.Chunked =>
            (long)WindowKvHeads * (Model.WindowHeadDim + Model.WindowValueDim) * kvElementBytes,
        _ => 0,
    };

    /// <summary>KV heads of a window layer on this rank.</summary>
    public int WindowKvHeads => Math.Max((Model.Window?.KvHeads ?? Model.KvHeads) / TensorParallel, 1);

    /// <summary>Output width of the QKV projection of a window layer.</summary>
    public int WindowQkvWidth => QHeads * Model.WindowHeadDim + WindowKvHeads * (Model.WindowHeadDim + Model.WindowValueDim);

    /// <summary>Parameters of one layer of a kind.</summary>
    public LayerWeights WeightsOf(in LayerGroup group)
    {
        long hidden = Model.Hidden;
        long attention = AttentionElements(group.Attention);
        long other = (group.Attention == AttentionKind.None ? 0 : Norm) + (group.FeedForward == FeedForwardKind.None ? 0 : Norm);
        bool heads = group.Attention is AttentionKind.Full or AttentionKind.Window or AttentionKind.Chunked;
        bool dense = group.FeedForward is FeedForwardKind.Dense or FeedForwardKind.DenseAndExperts;
        if (Model.QkNorm && heads)
            other += 2L * Model.HeadDim;
        if (Model.LinearBiases)
            other += (heads ? QkvWidth + hidden : 0) + (dense ? UpWidth + hidden : 0);
        long denseElements = dense ? hidden * UpWidth + hidden * Ffn : 0;
        if (group.FeedForward is not (FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts) || Model.Experts is not { } experts)
            return new LayerWeights(attention, denseElements, 0, 0, other);
        long matrices = Model.Gated ? 3 : 2;
        long input = experts.InputWidth(Model.Hidden);
        long shared = matrices * hidden * (experts.SharedFfn / TensorParallel) + (experts.Latent is null ? 0 : 2 * hidden * input);
        return new LayerWeights(
            attention, denseElements, shared, LocalExperts * matrices * input * ExpertFfn, other + hidden * experts.Count);
    }

    private long AttentionElements(AttentionKind kind)
    {
        long hidden = Model.Hidden;
        switch (kind)
        {
            case AttentionKind.Full:
                return hidden * QkvWidth + (long)QHeads * Model.ValueDim * hidden;
            case AttentionKind.Window or AttentionKind.Chunked:
                return hidden * WindowQkvWidth + (long)QHeads * Model.WindowValueDim * hidden;
            case AttentionKind.Latent when Model.Latent is { } latent:
                long queries = latent.QRank is int rank
                    ? hidden * rank + (long)rank * QHeads * latent.QueryDim + rank
                    : hidden * QHeads * latent.QueryDim;
                long keys = hidden * latent.CachedWidth + latent.KvRank + (long)latent.KvRank * QHeads * (latent.NopeDim
                    + latent.ValueDim);
                long index = latent.Index is { } sparse
                    ? (long)(latent.QRank ?? Model.Hidden) * sparse.Heads * sparse.Dim + hidden * (sparse.Dim + sparse.Heads)
                    : 0;
                return queries + keys + index + (long)QHeads * latent.ValueDim * hidden;
            case AttentionKind.State when Model.State is { } state:
                return state.Elements(Model.Hidden, TensorParallel);
            default:
                return 0;
        }
    }
}
