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

    /// <summary>Parameters that one token passes: of the experts only those that it goes to.</summary>
    [JsonIgnore]
    public long ActiveParameters => Parameters - ForRank(1).Layers.Sum + ForRank(1).ActiveLayers.Sum;

    /// <summary>Arithmetic of one token through every matrix that it passes, whole model, LM head left out: two operations a
    /// weight.</summary>
    [JsonIgnore]
    public double LinearFlopsPerToken
    {
        get
        {
            LayerWeights active = ForRank(1).ActiveLayers;
            long routers = Experts is { } experts ? (long)Hidden * experts.Count * ExpertLayers : 0;
            return 2.0 * (active.Attention + active.Dense + active.Shared + active.Experts + routers);
        }
    }

    /// <summary>Arithmetic of the LM head for one sampled token, whole model.</summary>
    [JsonIgnore]
    public double HeadFlopsPerSample => 2.0 * Hidden * Vocab;

    /// <summary>
    /// Arithmetic of attention, whole model, for <paramref name="tokens"/> new tokens of one sequence after
    /// <paramref name="cached"/> cached ones, causal: scores and weighted sum, <c>4 head_dim q_heads</c> a pair and layer.
    /// </summary>
    /// <remarks>Layers that do not see the whole context (windows, chunks, states) are left out.</remarks>
    public double AttentionFlops(long tokens, long cached)
    {
        double perPair = 0;
        foreach (LayerGroup group in GroupsOf(StageLayers.Whole(Layers)))
        {
            perPair += group.Count * (group.Attention switch
            {
                AttentionKind.Full => 2.0 * (HeadDim + ValueDim) * QHeads,
                AttentionKind.Latent when Latent is { } latent => 2.0 * (latent.QueryDim + latent.ValueDim) * QHeads,
                _ => 0,
            });
        }
        return perPair * ((double)tokens * cached + tokens * (tokens + 1.0) / 2);
    }

    /// <summary>True when heads, MLP and experts divide evenly; KV heads either divide or are replicated.</summary>
    public bool CanShard(int tensorParallel, int expertParallel = 1)
    {
        if (tensorParallel < 1)
            return false;
        foreach (LayerGroup group in GroupsOf(StageLayers.Whole(Layers)))
        {
            if (!Divides(group.Attention, tensorParallel) || !Divides(group.FeedForward, tensorParallel, expertParallel))
                return false;
        }
        return true;
    }

    private bool Divides(AttentionKind kind, int ranks) => kind switch
    {
        AttentionKind.Full => QHeads % ranks == 0 && Divides(KvHeads, ranks),
        AttentionKind.Latent => QHeads % ranks == 0,
        AttentionKind.Window or AttentionKind.Chunked => QHeads % ranks == 0 && Divides(Window?.KvHeads ?? KvHeads, ranks),
        AttentionKind.State => State?.CanShard(ranks) ?? false,
        _ => true,
    };

    private static bool Divides(int kvHeads, int ranks) => kvHeads % ranks == 0 || ranks % kvHeads == 0;

    private bool Divides(FeedForwardKind kind, int ranks, int expertParallel) => kind switch
    {
        FeedForwardKind.Dense => Ffn % ranks == 0,
        FeedForwardKind.Experts => Experts?.CanShard(ranks, expertParallel) ?? false,
        FeedForwardKind.DenseAndExperts => Ffn % ranks == 0 && (Experts?.CanShard(ranks, expertParallel) ?? false),
        _ => true,
    };

    /// <summary>The share of one rank under tensor parallelism.</summary>
    /// <param name="stage">The pipeline stage that it belongs to; null: there is one.</param>
    /// <param name="expertParallel">Ranks among them that divide the experts by number.</param>
    /// <exception cref="InputException">The heads or the MLP do not divide.</exception>
    public ModelRank ForRank(int tensorParallel, StageLayers? stage = null, int expertParallel = 1)
    {
        if (!CanShard(tensorParallel, expertParallel))
        {
            string experts = Experts is { } block
                ? $", {block.Count} experts of width {block.Ffn} by expert parallel {expertParallel}" : "";
            throw new InputException(
                $"{Name} does not divide over tensor parallel {tensorParallel}: {QHeads} query heads, {KvHeads} KV heads, MLP width {Ffn}"
                    + experts);
        }
        return new ModelRank(this, tensorParallel, stage ?? StageLayers.Whole(Layers), expertParallel);
    }
}
