using ELLM.Sim.Models;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Models;

/// <summary>Published configurations, written anew with small numbers, one for each way to say what a layer is.</summary>
internal sealed class HubConfigTests
{
    private const string Base = """
        "hidden_size": 64, "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
        "max_position_embeddings": 4096, "intermediate_size": 128
        """;

    private static ModelSpec Read(string type, string more = "", string of = Base) =>
        ModelCatalog.Parse("x/config.json", $$"""{ "model_type": "{{type}}", {{of}}{{(more.Length > 0 ? "," : "")}} {{more}} }""");

    private static string Layers(ModelSpec model) => LayerWords.Of(model);

    [TestCase("llama")]
    [TestCase("mistral")]
    [TestCase("qwen2")]
    [TestCase("qwen3")]
    [TestCase("phi3")]
    [TestCase("granite")]
    public void Plain_architectures_are_dense(string type)
    {
        ModelSpec model = Read(type);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layers(model), Is.EqualTo("6 full dense"));
            Assert.That((model.HeadDim, model.KvHeads, model.Ffn, model.IsDense, model.TiedEmbeddings), Is.EqualTo((16, 2, 128, true, false)));
            Assert.That(model.QkNorm, Is.EqualTo(type == "qwen3"));
            Assert.That(model.KvBytesPerToken(), Is.EqualTo(6 * 2 * 2 * 16 * 2));
        }
    }

    [Test]
    public void A_published_configuration_and_the_shipped_file_are_one_model()
    {
        const string Published = """
            { "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
              "vocab_size": 128256, "max_position_embeddings": 131072, "intermediate_size": 14336, "tie_word_embeddings": false,
              "_name_or_path": "meta-llama/Llama-3.1-8B", "rope_theta": 500000.0 }
            """;
        ModelSpec read = ModelCatalog.Parse("config.json", Published);
        ModelSpec shipped = ModelCatalog.Load("llama-3.1-8b");
        Assert.That(read with { Source = shipped.Source, Hub = shipped.Hub, Schema = shipped.Schema, Understood = null }, Is.EqualTo(shipped));
    }

    [Test]
    public void What_was_understood_is_one_line() => Assert.That(
        Read("mixtral", """ "num_local_experts": 8, "num_experts_per_tok": 2 """).Understood,
        Is.EqualTo("mixtral: 6 layers (6 full experts), hidden 64; 8 experts of width 128, 2 a token; 0.0 B parameters, 0.00 GiB, KV 768 bytes a token"));

    [TestCase("""mixtral|"num_local_experts": 8, "num_experts_per_tok": 2""", "6 full experts", 8, 2, 128, 0)]
    [TestCase("""minimax_m2|"num_local_experts": 8, "num_experts_per_tok": 2, "shared_intermediate_size": 0""", "6 full experts", 8, 2, 128, 0)]
    [TestCase("""qwen3_moe|"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "decoder_sparse_step": 2, "sliding_window": 4096, "use_sliding_window": false""",
        "3 full dense, 3 full experts", 8, 2, 32, 0)]
    [TestCase("""qwen3_moe|"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "decoder_sparse_step": 1, "mlp_only_layers": [0]""",
        "1 full dense, 5 full experts", 8, 2, 32, 0)]
    [TestCase("""qwen2_moe|"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 96""",
        "6 full experts", 8, 2, 32, 96)]
    [TestCase("""glm4_moe|"n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "n_shared_experts": 2, "first_k_dense_replace": 1""",
        "1 full dense, 5 full experts", 8, 2, 32, 64)]
    [TestCase("""llama4_text|"num_local_experts": 8, "num_experts_per_tok": 1, "interleave_moe_layer_step": 2, "intermediate_size_mlp": 256, "attention_chunk_size": 512""",
        "3 chunked dense, 2 chunked experts, 1 full experts", 8, 1, 128, 128)]
    [TestCase("""gpt_oss|"num_local_experts": 8, "experts_per_token": 2, "sliding_window": 128, "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]""",
        "3 window experts, 3 full experts", 8, 2, 128, 0)]
    [TestCase("""mimo_v2_flash|"n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "moe_layer_freq": [0, 1, 1, 1, 1, 1], "sliding_window": 128, "swa_num_key_value_heads": 4, "v_head_dim": 8, "hybrid_layer_pattern": [0, 1, 1, 1, 1, 0]""",
        "1 full dense, 4 window experts, 1 full experts", 8, 2, 32, 0)]
    [TestCase("""gemma4_text|"num_experts": 8, "top_k_experts": 2, "moe_intermediate_size": 32, "sliding_window": 128, "head_dim": 16, "global_head_dim": 32, "num_global_key_value_heads": 1, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]""",
        "5 window dense and experts, 1 full dense and experts", 8, 2, 32, 0)]
    [TestCase("""qwen3_next|"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 32, "full_attention_interval": 3, "linear_num_value_heads": 4, "linear_value_head_dim": 8, "linear_key_head_dim": 8, "linear_num_key_heads": 2, "linear_conv_kernel_dim": 4""",
        "4 state experts, 2 full experts", 8, 2, 32, 32)]
    [TestCase("""granitemoehybrid|"num_local_experts": 8, "num_experts_per_tok": 2, "shared_intermediate_size": 32, "mamba_n_heads": 4, "mamba_d_head": 32, "mamba_d_state": 16, "mamba_n_groups": 1, "mamba_d_conv": 4, "layer_types": ["mamba", "mamba", "attention", "mamba", "mamba", "attention"]""",
        "4 state experts, 2 full experts", 8, 2, 128, 32)]
    [TestCase("""jamba|"num_experts": 8, "num_experts_per_tok": 2, "attn_layer_period": 3, "attn_layer_offset": 1, "expert_layer_period": 2, "expert_layer_offset": 1""",
        "2 state dense, 1 full experts, 2 state experts, 1 full dense", 8, 2, 128, 0)]
    public void Each_way_to_place_experts_is_read(string config, string layers, int count, int top, int ffn, int shared)
    {
        string[] parts = config.Split('|');
        ModelSpec model = Read(parts[0], parts[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layers(model), Is.EqualTo(layers));
            Assert.That(model.Experts, Is.EqualTo(new ExpertLayer(count, top, ffn, shared)));
        }
    }

    private const string Mla =
        """ "kv_lora_rank": 32, "q_lora_rank": null, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16, "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "n_shared_experts": 1, "first_k_dense_replace": 2, "moe_layer_freq": 1""";

    [TestCase("deepseek_v2")]
    [TestCase("deepseek_v3")]
    [TestCase("kimi_k2")]
    public void Latent_attention_is_read_and_its_head_counts_ignored(string type)
    {
        ModelSpec model = Read(type, Mla);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layers(model), Is.EqualTo("2 latent dense, 4 latent experts"));
            Assert.That(model.Latent, Is.EqualTo(new LatentAttention(32, 8, 16, 16)));
            Assert.That(model.KvBytesPerToken(), Is.EqualTo(6 * (32 + 8) * 2));
        }
    }

    [Test]
    public void Sparse_attention_has_an_indexer() => Assert.That(
        Read("deepseek_v32", Mla + """, "index_topk": 2048, "index_n_heads": 4, "index_head_dim": 16""").Latent?.Index,
        Is.EqualTo(new SparseIndex(4, 16, 2048)));

    [Test]
    public void Letters_are_layers_of_nemotron()
    {
        ModelSpec model = Read("nemotron_h",
            """ "hybrid_override_pattern": "ME*-", "n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "moe_shared_expert_intermediate_size": 64, "mamba_num_heads": 4, "mamba_head_dim": 32, "ssm_state_size": 16, "n_groups": 2, "conv_kernel": 4, "mamba_ssm_cache_dtype": "float32" """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Layers(model), Is.EqualTo("1 state, 1 experts, 1 full, 1 dense"));
            Assert.That((model.Layers, model.Gated), Is.EqualTo((4, false)));
            Assert.That(model.State, Is.EqualTo(new StateLayer(StateKind.Mamba2, 4, 32, 16, 2, 4, 4)));
        }
    }

    [TestCase("gemma2", """ "sliding_window": 4096 """, "3 window dense, 3 full dense")]
    [TestCase("gemma3_text", """ "sliding_window": 512, "sliding_window_pattern": 3 """, "4 window dense, 2 full dense")]
    [TestCase("gemma3_text", """ "sliding_window": 512 """, "5 window dense, 1 full dense")]
    [TestCase("mistral", """ "sliding_window": 4096 """, "6 window dense")]
    [TestCase("mistral", """ "sliding_window": null """, "6 full dense")]
    [TestCase("qwen3_5_text", """ "linear_num_value_heads": 4, "linear_value_head_dim": 8, "linear_key_head_dim": 8, "linear_num_key_heads": 2, "linear_conv_kernel_dim": 4, "layer_types": ["linear_attention", "linear_attention", "full_attention", "linear_attention", "linear_attention", "full_attention"] """,
        "4 state dense, 2 full dense")]
    public void Windows_and_states_are_where_the_architecture_has_them(string type, string more, string layers)
    {
        ModelSpec model = Read(type, more);
        Assert.That(Layers(model), Is.EqualTo(layers));
        Assert.That(model.TiedEmbeddings, Is.EqualTo(type.StartsWith("gemma", StringComparison.Ordinal)));
    }

    [Test]
    public void The_text_part_of_a_multimodal_model_is_read_first_and_the_tower_named()
    {
        ModelSpec model = ModelCatalog.Parse("config.json", $$"""
            { "model_type": "mistral3", "text_config": { "model_type": "mistral", {{Base}} }, "vision_config": {}, "hidden_size": 7 }
            """);
        Assert.That((model.Hidden, model.Understood), Is.EqualTo((64, model.Understood)));
        Assert.That(model.Understood, Does.EndWith("; text part, tower left out"));
    }

    [Test]
    public void Opt_has_biases_and_learned_positions()
    {
        ModelSpec model = Read("opt", """ "ffn_dim": 256 """, Base.Replace("\"intermediate_size\": 128", "\"word_embed_proj_dim\": 64", StringComparison.Ordinal));
        Assert.That((model.Ffn, model.Gated, model.LinearBiases, model.LearnedPositions, model.TiedEmbeddings), Is.EqualTo((256, false, true, 4098, true)));
    }

    private const string Experts = """ "num_local_experts": 8, "num_experts_per_tok": 2, """;

    [TestCase("""{ "quant_method": "fp8", "weight_block_size": [128, 128] }""", "Fp8Block Fp8Block Fp8Block Fp8Block")]
    [TestCase("""{ "quant_method": "fp8" }""", "Fp8 Fp8 Fp8 Fp8")]
    [TestCase("""{ "quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "lm_head"] }""", "Bits16 Bits16 Bits16 Mxfp4")]
    [TestCase("""{ "quant_method": "awq", "bits": 4, "group_size": 128 }""", "Int4Group128 Int4Group128 Int4Group128 Int4Group128")]
    [TestCase("""{ "quant_method": "gptq", "bits": 4, "group_size": 32 }""", "Int4Group32 Int4Group32 Int4Group32 Int4Group32")]
    [TestCase("""{ "quant_method": "gptq", "bits": 8, "group_size": 128 }""", "Int8 Int8 Int8 Int8")]
    [TestCase("""{ "quant_method": "bitsandbytes", "load_in_4bit": true }""", "Nf4 Nf4 Nf4 Nf4")]
    [TestCase("""{ "quant_method": "modelopt", "quant_algo": "NVFP4", "exclude_modules": ["lm_head", "model.layers.*.self_attn*"] }""", "Bits16 Nvfp4 Nvfp4 Nvfp4")]
    [TestCase("""{ "quant_method": "compressed-tensors", "ignore": ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*", "re:.*mlp\\.(gate|up|down)_proj.*"], "config_groups": { "group_0": { "weights": { "num_bits": 4, "type": "int", "group_size": 32 } } } }""",
        "Bits16 Bits16 Bits16 Int4Group32")]
    [TestCase("""{ "quant_method": "compressed-tensors", "ignore": ["lm_head"], "config_groups": { "group_0": { "weights": { "num_bits": 8, "type": "float", "strategy": "channel" } } } }""",
        "Fp8 Fp8 Fp8 Fp8")]
    [TestCase("""{ "quant_method": "compressed-tensors", "config_groups": { "group_0": { "weights": { "num_bits": 8, "type": "int" } } } }""", "Int8 Int8 Int8 Int8")]
    [TestCase("""{ "quant_method": "compressed-tensors", "config_groups": { "group_0": { "weights": { "num_bits": 4, "type": "float", "group_size": 16 } } } }""",
        "Nvfp4 Nvfp4 Nvfp4 Nvfp4")]
    public void Each_quantisation_is_read_with_its_exceptions(string quantisation, string formats)
    {
        WeightFormats? read = Read("mixtral", Experts + $"\"quantization_config\": {quantisation}").Formats;
        Assert.That($"{read?.Attention} {read?.Dense} {read?.Shared} {read?.Experts}", Is.EqualTo(formats));
    }

    [Test]
    public void A_folder_is_entered_and_the_quantisation_file_beside_is_read()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "hub-folder");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""{ "model_type": "llama", {{Base}} }""");
        File.WriteAllText(Path.Combine(folder, "hf_quant_config.json"), """{ "quantization": { "quant_algo": "NVFP4", "group_size": 16, "exclude_modules": ["lm_head"] } }""");
        try
        {
            ModelSpec model = ModelCatalog.Load(folder);
            Assert.That((model.Name, model.Formats), Is.EqualTo(("hub-folder", WeightFormats.All(NumberFormat.Nvfp4))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("kimi_k3", "", "x/config.json: model_type: unknown architecture 'kimi_k3' (did you mean 'kimi_k2'?); known: llama, mistral, mixtral")]
    [TestCase("mixtral", """ "num_local_experts": 8 """, "x/config.json: missing num_experts_per_tok, which mixtral needs")]
    [TestCase("deepseek_v3", "", "x/config.json: missing kv_lora_rank, which deepseek_v3 needs")]
    [TestCase("qwen3", """ "use_sliding_window": true """, "x/config.json: use_sliding_window: expected false, found true: which layers have the window is not known")]
    [TestCase("gemma2", "", "x/config.json: missing sliding_window, which gemma2 needs")]
    [TestCase("gemma2", """ "sliding_window": 5000 """, "x/config.json: tokens: expected 1 to 4096, found 5000")]
    [TestCase("gpt_oss", "", "x/config.json: missing layer_types, which gpt_oss needs")]
    [TestCase("gpt_oss", """ "layer_types": ["full_attention"] """, "x/config.json: layer_types: expected 6 layers, found 1")]
    [TestCase("llama", """ "quantization_config": { "quant_method": "exl2" } """,
        "x/config.json: quant_method: expected fp8, modelopt, compressed-tensors, mxfp4, awq, gptq or bitsandbytes, found exl2")]
    [TestCase("llama", """ "quantization_config": { "quant_method": "awq", "bits": 3 } """,
        "x/config.json: quant_method: expected fp8, modelopt, compressed-tensors, mxfp4, awq, gptq or bitsandbytes, found awq of 3 bits")]
    [TestCase("llama", """ "head_dim": "wide" """, "x/config.json: head_dim: expected a whole number, found \"wide\"")]
    [TestCase("nemotron_h", """ "hybrid_override_pattern": "MX" """, "x/config.json: hybrid_override_pattern: expected letters of M*-E, found 'X'")]
    public void What_is_not_understood_is_refused_by_name(string type, string more, string message) =>
        Assert.That(() => Read(type, more), Throws.TypeOf<InputException>().With.Message.StartsWith(message));

    [Test]
    public void A_missing_key_is_named_with_its_architecture() => Assert.That(
        () => Read("llama", "", Base.Replace("\"vocab_size\": 100,", "", StringComparison.Ordinal)),
        Throws.TypeOf<InputException>().With.Message.EqualTo("x/config.json: missing vocab_size, which llama needs"));
}
