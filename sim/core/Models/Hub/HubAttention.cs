namespace ELLM.Sim.Models.Hub;

/// <summary>Shapes of the kinds of attention in a published configuration.</summary>
internal static class HubAttention
{
    /// <summary>Null where the architecture has no latent attention.</summary>
    public static LatentAttention? Latent(ConfigKeys keys)
    {
        if (keys.Find("kv_lora_rank") is not int rank)
            return null;
        int? queries = keys.Find("q_lora_rank");
        SparseIndex? index = keys.Find("index_topk") is int top
            ? new SparseIndex(keys.Need("index_n_heads"), keys.Need("index_head_dim"), top)
            : null;
        return new LatentAttention(
            rank, keys.Need("qk_rope_head_dim"), keys.Need("qk_nope_head_dim"), keys.Need("v_head_dim"), queries is 0 ? null
                : queries, index);
    }

    public static WindowAttention Window(ConfigKeys keys, HubArchitecture architecture) => architecture.Family switch
    {
        HubFamily.Llama4 => new WindowAttention(keys.Need("attention_chunk_size")),
        HubFamily.Mimo => new WindowAttention(
            keys.Need("sliding_window"), keys.Find("swa_num_key_value_heads"), keys.Find("swa_head_dim"), keys.Find("swa_v_head_dim")),
        HubFamily.Gemma4 => new WindowAttention(keys.Need("sliding_window"), keys.Need("num_key_value_heads"), keys.Need("head_dim")),
        _ => new WindowAttention(keys.Need("sliding_window")),
    };

    public static StateLayer State(ConfigKeys keys, HubArchitecture architecture)
    {
        int element = (keys.Text("mamba_ssm_dtype") ?? keys.Text("mamba_ssm_cache_dtype")) == "float32" ? 4 : 2;
        if (architecture.Family == HubFamily.Jamba)
        {
            int inner = keys.Need("hidden_size") * (keys.Find("mamba_expand") ?? 2);
            return new StateLayer(StateKind.Mamba1, 1, inner, keys.Find("mamba_d_state") ?? 16, 0, keys.Find("mamba_d_conv")
                ?? 4, element);
        }
        if (architecture.Name.StartsWith("qwen3", StringComparison.Ordinal))
        {
            return new StateLayer(
                StateKind.GatedDeltaNet, keys.Need("linear_num_value_heads"), keys.Need("linear_value_head_dim"),
                    keys.Need("linear_key_head_dim"),
                keys.Need("linear_num_key_heads"), keys.Need("linear_conv_kernel_dim"), element);
        }
        int heads = keys.Find("mamba_num_heads", "mamba_n_heads")
            ?? throw keys.Refuse($"missing mamba_num_heads, which {keys.Type} needs");
        int dim = keys.Find("mamba_head_dim", "mamba_d_head") ?? throw keys.Refuse($"missing mamba_head_dim, which {keys.Type} needs");
        int state = keys.Find("ssm_state_size", "mamba_d_state") ?? throw keys.Refuse($"missing ssm_state_size, which {keys.Type} needs");
        return new StateLayer(
            StateKind.Mamba2, heads, dim, state, keys.Find("n_groups", "mamba_n_groups")
                ?? 1, keys.Find("conv_kernel", "mamba_d_conv") ?? 4, element);
    }
}
