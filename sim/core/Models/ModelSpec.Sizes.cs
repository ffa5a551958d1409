using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <content>Sizes of the whole model, from the shape.</content>
public sealed partial record ModelSpec
{
    /// <summary>Learned parameters of the whole model: the sum over matrices, biases, norms and embeddings.</summary>
    [JsonIgnore]
    public long Parameters => ForRank(1).WeightElements;

    /// <summary>KV bytes of one token over all layers and heads: <c>2 layers kv_heads head_dim element</c>.</summary>
    public long KvBytesPerToken(int kvElementBytes = 2) => ForRank(1).KvBytesPerToken(kvElementBytes);

    /// <summary>Arithmetic of one token through every matrix, whole model, LM head left out: two operations a weight.</summary>
    [JsonIgnore]
    public double LinearFlopsPerToken =>
        2.0 * Layers * Hidden * ((2.0 * QHeads + 2.0 * KvHeads) * HeadDim + (Gated ? 3.0 : 2.0) * Ffn);

    /// <summary>Arithmetic of the LM head for one sampled token, whole model.</summary>
    [JsonIgnore]
    public double HeadFlopsPerSample => 2.0 * Hidden * Vocab;

    /// <summary>
    /// Arithmetic of attention, whole model, for <paramref name="tokens"/> new tokens of one sequence after
    /// <paramref name="cached"/> cached ones, causal: scores and weighted sum, <c>4 head_dim q_heads</c> a pair and layer.
    /// </summary>
    public double AttentionFlops(long tokens, long cached) =>
        4.0 * Layers * HeadDim * QHeads * ((double)tokens * cached + tokens * (tokens + 1.0) / 2);

    /// <summary>True when heads and MLP divide evenly; KV heads either divide or are replicated.</summary>
    public bool CanShard(int tensorParallel) =>
        tensorParallel >= 1
        && QHeads % tensorParallel == 0
        && Ffn % tensorParallel == 0
        && (KvHeads % tensorParallel == 0 || tensorParallel % KvHeads == 0);

    /// <summary>The share of one rank under tensor parallelism.</summary>
    /// <param name="stage">The pipeline stage that it belongs to; null: there is one.</param>
    /// <exception cref="InputException">The heads or the MLP do not divide.</exception>
    public ModelRank ForRank(int tensorParallel, StageLayers? stage = null)
    {
        if (!CanShard(tensorParallel))
        {
            throw new InputException(
                $"{Name} does not divide over tensor parallel {tensorParallel}: {QHeads} query heads, {KvHeads} KV heads, MLP width {Ffn}");
        }
        return new ModelRank(this, tensorParallel, stage ?? StageLayers.Whole(Layers));
    }
}
