namespace ELLM.Sim.Models.Hub;

/// <summary>Experts of a published configuration, and which layers have them.</summary>
internal static class HubExperts
{
    /// <summary>Null for a dense model.</summary>
    public static ExpertLayer? Read(ConfigKeys keys)
    {
        if (keys.Find("n_routed_experts", "num_local_experts", "num_experts") is not (> 0 and int experts))
            return null;
        int top = keys.Find("num_experts_per_tok", "experts_per_token", "num_experts_per_token", "top_k_experts")
            ?? throw keys.Refuse($"missing num_experts_per_tok, which {keys.Type} needs");
        int ffn = keys.Find("moe_intermediate_size") ?? keys.Need("intermediate_size");
        return new ExpertLayer(experts, top, ffn, Shared(keys, ffn), keys.Find("moe_latent_size"));
    }

    private static int Shared(ConfigKeys keys, int ffn)
    {
        if (keys.Find("shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size") is int stated)
            return stated;
        if (keys.Type is "llama4_text" or "llama4")
            return ffn;
        return (keys.Find("n_shared_experts", "num_shared_experts") ?? 0) * ffn;
    }

    /// <summary>Width of the dense MLP.</summary>
    public static int DenseFfn(ConfigKeys keys) =>
        keys.Find("intermediate_size_mlp", "dense_intermediate_size", "ffn_dim") ?? keys.Need("intermediate_size");

    /// <summary>What stands behind attention, layer by layer.</summary>
    public static FeedForwardKind[] Order(ConfigKeys keys, HubArchitecture architecture, int layers, ExpertLayer? experts)
    {
        if (experts is null)
            return [.. Enumerable.Repeat(FeedForwardKind.Dense, layers)];
        if (architecture.Family == HubFamily.Gemma4)
            return [.. Enumerable.Repeat(FeedForwardKind.DenseAndExperts, layers)];
        Func<int, bool> sparse = Sparse(keys, architecture, layers);
        return [.. Enumerable.Range(0, layers).Select(i => sparse(i) ? FeedForwardKind.Experts : FeedForwardKind.Dense)];
    }

    private static Func<int, bool> Sparse(ConfigKeys keys, HubArchitecture architecture, int layers)
    {
        if (architecture.Family == HubFamily.Jamba)
        {
            int period = HubAttentionOrder.Positive(keys, "expert_layer_period");
            int offset = keys.Need("expert_layer_offset");
            return i => i % period == offset;
        }
        if (architecture.Family == HubFamily.Llama4)
        {
            int step = keys.Find("interleave_moe_layer_step") is > 0 and int stated ? stated : 1;
            return i => (i + 1) % step == 0;
        }
        if (keys.Numbers("moe_layer_freq") is { } listed)
        {
            return listed.Length == layers ? i =>
                listed[i] != 0 : throw keys.Refuse($"moe_layer_freq: expected {layers} layers, found {listed.Length}");
        }
        int first = keys.Find("first_k_dense_replace") ?? 0;
        int every = keys.Find("moe_layer_freq", "decoder_sparse_step") is > 0 and int freq ? freq : 1;
        bool fromOne = keys.Find("decoder_sparse_step") is not null;
        int[] mlpOnly = keys.Numbers("mlp_only_layers") ?? [];
        return i => i >= first && (i + (fromOne ? 1 : 0)) % every == 0 && !mlpOnly.Contains(i);
    }
}
