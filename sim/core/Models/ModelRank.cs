namespace ELLM.Sim.Models;

/// <summary>What one GPU of a tensor-parallel group holds and computes of a model, or of one pipeline stage of it.</summary>
/// <remarks>
/// <para>Column-parallel QKV and up-projections, row-parallel output and down-projections, embedding and LM head split by
/// vocabulary, norms, routers and row-parallel biases replicated (Megatron-LM, Shoeybi et al. 2019, section 3). With more ranks than KV
/// heads, each head is held by several ranks. Experts are split like a dense block, or whole ones stand on expert-parallel
/// ranks.</para>
/// <para>Made by <see cref="ModelSpec.ForRank"/>, which checks that the shape divides.</para>
/// </remarks>
public sealed partial record ModelRank
{
    internal ModelRank(ModelSpec model, int tensorParallel, StageLayers stage, int expertParallel)
    {
        Model = model;
        Stage = stage;
        TensorParallel = tensorParallel;
        ExpertParallel = expertParallel;
        QHeads = model.QHeads / tensorParallel;
        KvHeads = Math.Max(model.KvHeads / tensorParallel, 1);
        Ffn = model.Ffn / tensorParallel;
        Vocab = (model.Vocab + tensorParallel - 1) / tensorParallel;
        Groups = model.GroupsOf(stage);
    }

    public ModelSpec Model { get; }

    public int TensorParallel { get; }

    /// <summary>Ranks among the tensor-parallel ones that divide the experts by number; each expert is split over the rest.</summary>
    public int ExpertParallel { get; }

    public StageLayers Stage { get; }

    /// <summary>The stage's layers by kind.</summary>
    public IReadOnlyList<LayerGroup> Groups { get; }

    public int QHeads { get; }

    public int KvHeads { get; }

    /// <summary>Width of this rank's slice of the MLP.</summary>
    public int Ffn { get; }

    /// <summary>Rows of the embedding and the LM head on this rank, the last rank's padding included.</summary>
    public int Vocab { get; }

    /// <summary>Output width of the fused QKV projection of full layers.</summary>
    public int QkvWidth => QHeads * Model.QueryWidth + KvHeads * (Model.HeadDim + Model.ValueDim);

    /// <summary>Width of the up-projection: gate and up side by side when gated.</summary>
    public int UpWidth => Model.Gated ? 2 * Ffn : Ffn;

    /// <summary>Experts on this rank.</summary>
    public int LocalExperts => Model.Experts is { } experts ? experts.Count / ExpertParallel : 0;

    /// <summary>Width of this rank's slice of an expert.</summary>
    public int ExpertFfn => Model.Experts is { } experts ? experts.Ffn / (TensorParallel / ExpertParallel) : 0;

    /// <summary>Learned parameters on this rank.</summary>
    public long WeightElements => Layers.Sum + EndElements + TailElements;

    /// <summary>Parameters of the embedding and the LM head on this rank. A last stage that is not the first has a copy of tied
    /// ones.</summary>
    public long EndElements
    {
        get
        {
            bool head = Stage.IsLast && !(Stage.IsFirst && Model.TiedEmbeddings);
            return (long)Model.Hidden * Vocab * ((Stage.IsFirst ? 1 : 0) + (head ? 1 : 0));
        }
    }

    /// <summary>8-bit weights are those of the layers: embeddings and LM head stay 16 bit.</summary>
    public long WeightBytes => TowerBytes + (Model.Formats is { } formats
        ? Layers.BytesIn(formats) + 2 * (EndElements + TailElements)
        : Model.WeightElementBytes == 1 ? WeightElements + EndElements : WeightElements * Model.WeightElementBytes);

    /// <summary>This rank's share of what is not text: it stands beside the first stage.</summary>
    public long TowerBytes => Stage.IsFirst ? (Model.TowerBytes + TensorParallel - 1) / TensorParallel : 0;

    /// <summary>Learned positions and the final norm.</summary>
    private long TailElements =>
        (Stage.IsFirst ? (long)Model.Hidden * Model.LearnedPositions : 0) + (Stage.IsLast ? Norm : 0);

    private long Norm => Model.NormBiases ? 2L * Model.Hidden : Model.Hidden;

    /// <summary>Live activation bytes of one token at the peak of a layer, on this rank.</summary>
    /// <remarks>
    /// Three hidden vectors (input, residual and the norm's output, replicated) beside the larger of: in the MLP, the
    /// up-projection's output and the
    /// activated product; in attention, the QKV output and the heads' output; with experts, the same products for each expert that the
    /// token goes to. 108 KiB for Llama-3-8B and 154 KiB for MPT-30B;
    /// the peaks published for both imply 123 to 129 KiB (eLLM, arXiv 2506.15155, figures on activation memory).
    /// </remarks>
    /// <param name="elementBytes">Bytes of one activation: 16 bit whatever the weights are, unless the engine runs in 32 bit.</param>
    public long ActivationBytesPerToken(int elementBytes = 2)
    {
        long widest = 0;
        foreach (LayerGroup group in Groups)
            widest = Math.Max(widest, Math.Max(AttentionWidth(group.Attention), FeedForwardWidth(group.FeedForward)));
        return elementBytes * (3L * Model.Hidden + widest);
    }

    private long AttentionWidth(AttentionKind kind) => kind switch
    {
        AttentionKind.Full => QkvWidth + (long)QHeads * Model.ValueDim,
        AttentionKind.Latent when Model.Latent is { } latent =>
            QHeads * (2L * latent.QueryDim + 2L * latent.ValueDim) + latent.CachedWidth + (latent.QRank ?? 0),
        AttentionKind.Window or AttentionKind.Chunked => WindowQkvWidth + (long)QHeads * Model.WindowValueDim,
        AttentionKind.State when Model.State is { } state => state.ConvWidth(TensorParallel) + 2 * state.Inner / TensorParallel,
        _ => 0,
    };

    private long FeedForwardWidth(FeedForwardKind kind)
    {
        long dense = kind is FeedForwardKind.Dense or FeedForwardKind.DenseAndExperts ? UpWidth + Ffn : 0;
        if (kind is not (FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts) || Model.Experts is not { } experts)
            return dense;
        long up = Math.Max(Model.Gated ? 2L * ExpertFfn : ExpertFfn, experts.InputWidth(Model.Hidden));
        return Math.Max(dense, experts.Top * (up + ExpertFfn));
    }
}
