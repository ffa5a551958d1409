namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Names of the operators in profiles and dumped tables.</summary>
public static class VidurOperators
{
    public static IReadOnlyList<VidurOperator> All { get; } = Enum.GetValues<VidurOperator>();

    /// <summary>The name Vidur's files use, which the others may be spelled as too.</summary>
    public static string NameOf(VidurOperator op) => Names(op)[0];

    /// <summary>The operator whose name <paramref name="text"/> is or contains, by the longest name found.</summary>
    internal static VidurOperator? Find(string text)
    {
        string plain = CsvTable.Plain(text);
        VidurOperator? best = null;
        int length = 0;
        foreach (VidurOperator op in All)
        {
            foreach (string name in Names(op))
            {
                if (name.Length > length && Contains(plain, name))
                    (best, length) = (op, name.Length);
            }
        }
        return best;
    }

    /// <summary>Whole words only: add is not in added.</summary>
    internal static bool Contains(string plain, string name) => $"_{plain}_".Contains($"_{name}_", StringComparison.Ordinal);

    private static string[] Names(VidurOperator op) => op switch
    {
        VidurOperator.AttentionPreProjection => ["attn_pre_proj", "pre_proj", "attention_pre_proj", "qkv_proj"],
        VidurOperator.AttentionPostProjection => ["attn_post_proj", "post_proj", "attention_post_proj"],
        VidurOperator.Rope => ["attn_rope", "rope", "attention_rope"],
        VidurOperator.KvCacheSave => ["attn_kv_cache_save", "kv_cache_save", "kv_save", "attention_kv_cache_save"],
        VidurOperator.InputNorm => ["input_layernorm", "norm1", "attn_norm", "input_norm"],
        VidurOperator.MlpUp => ["mlp_up_proj", "up_proj", "up"],
        VidurOperator.MlpActivation => ["mlp_act", "act", "mlp_activation"],
        VidurOperator.MlpDown => ["mlp_down_proj", "down_proj", "down"],
        VidurOperator.PostAttentionNorm => ["post_attention_layernorm", "norm2", "mlp_norm", "post_attn_norm", "post_attention_norm"],
        VidurOperator.Add => ["add", "residual_add"],
        VidurOperator.AllReduce => ["all_reduce", "allreduce"],
        VidurOperator.SendReceive => ["send_recv", "send", "sendrecv", "send_receive"],
        VidurOperator.Schedule => ["schedule"],
        VidurOperator.Sampler => ["sampler_e2e", "sampler"],
        VidurOperator.PrepareInputs => ["prepare_inputs_e2e", "prepare_inputs"],
        VidurOperator.ProcessOutputs => ["process_model_outputs"],
        _ => ["ray_comm_time", "ray_comm"],
    };
}
