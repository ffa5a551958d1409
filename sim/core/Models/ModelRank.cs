namespace ELLM.Sim.Models;

/// <summary>What one GPU of a tensor-parallel group holds and computes of a model, or of one pipeline stage of it.</summary>
/// <remarks>
/// <para>Column-parallel QKV and up-projections, row-parallel output and down-projections, embedding and LM head split by
/// vocabulary, norms and row-parallel biases replicated (Megatron-LM, Shoeybi et al. 2019, section 3). With more ranks than KV
/// heads, each head is held by several ranks.</para>
/// <para>Made by <see cref="ModelSpec.ForRank"/>, which checks that the shape divides.</para>
/// </remarks>
public sealed record ModelRank
{
    internal ModelRank(ModelSpec model, int tensorParallel, StageLayers stage)
    {
        Model = model;
        Stage = stage;
        TensorParallel = tensorParallel;
        QHeads = model.QHeads / tensorParallel;
        KvHeads = Math.Max(model.KvHeads / tensorParallel, 1);
        Ffn = model.Ffn / tensorParallel;
        Vocab = (model.Vocab + tensorParallel - 1) / tensorParallel;
    }

    public ModelSpec Model { get; }

    public int TensorParallel { get; }

    public StageLayers Stage { get; }

    public int QHeads { get; }

    public int KvHeads { get; }

    /// <summary>Width of this rank's slice of the MLP.</summary>
    public int Ffn { get; }

    /// <summary>Rows of the embedding and the LM head on this rank, the last rank's padding included.</summary>
    public int Vocab { get; }

    /// <summary>Output width of the fused QKV projection: <c>(q_heads + 2 kv_heads) head_dim</c> of this rank.</summary>
    public int QkvWidth => (QHeads + 2 * KvHeads) * Model.HeadDim;

    /// <summary>Width of the up-projection: gate and up side by side when gated.</summary>
    public int UpWidth => Model.Gated ? 2 * Ffn : Ffn;

    /// <summary>Learned parameters on this rank.</summary>
    public long WeightElements
    {
        get
        {
            long hidden = Model.Hidden;
            long norm = Model.NormBiases ? 2 * hidden : hidden;
            long attention = hidden * QkvWidth + (long)QHeads * Model.HeadDim * hidden;
            long mlp = hidden * UpWidth + hidden * Ffn;
            long biases = Model.LinearBiases ? QkvWidth + hidden + UpWidth + hidden : 0;
            long headNorms = Model.QkNorm ? 2L * Model.HeadDim : 0;
            long layer = attention + mlp + biases + headNorms + 2 * norm;
            return Stage.Count * layer + EndElements + (Stage.IsFirst ? hidden * Model.LearnedPositions : 0) + (Stage.IsLast ? norm : 0);
        }
    }

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
    public long WeightBytes => Model.WeightElementBytes == 1 ? WeightElements + EndElements : WeightElements * Model.WeightElementBytes;

    /// <summary>KV bytes of one token on this rank, all its layers: <c>2 layers kv_heads head_dim element</c>.</summary>
    public long KvBytesPerToken(int kvElementBytes = 2) =>
        2L * Stage.Count * KvHeads * Model.HeadDim * kvElementBytes;

    /// <summary>Live activation bytes of one token at the peak of a layer, on this rank.</summary>
    /// <remarks>
    /// Three hidden vectors (input, residual and the norm's output, replicated) beside the larger of: in the MLP, the up-projection's output and the
    /// activated product; in attention, the QKV output and the heads' output. 108 KiB for Llama-3-8B and 154 KiB for MPT-30B;
    /// the peaks published for both imply 123 to 129 KiB (eLLM, arXiv 2506.15155, figures on activation memory).
    /// </remarks>
    /// <param name="elementBytes">Bytes of one activation: 16 bit whatever the weights are, unless the engine runs in 32 bit.</param>
    public long ActivationBytesPerToken(int elementBytes = 2)
    {
        long mlp = UpWidth + Ffn;
        long attention = QkvWidth + (long)QHeads * Model.HeadDim;
        return elementBytes * (3L * Model.Hidden + Math.Max(mlp, attention));
    }
}
