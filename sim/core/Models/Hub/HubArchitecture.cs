using ELLM.Sim.Numerics;

namespace ELLM.Sim.Models.Hub;

/// <summary>How an architecture says which of its layers are what.</summary>
internal enum HubFamily
{
    /// <summary>All layers have full attention, or a window where the file states one.</summary>
    Plain,

    /// <summary>OPT: biases, learned positions, names of its own.</summary>
    Opt,

    /// <summary>Qwen: sliding_window counts only where use_sliding_window says so.</summary>
    Qwen,
    Gemma2,
    Gemma3,
    Gemma4,
    Latent,
    GptOss,
    Llama4,
    Mimo,
    Hybrid,
    NemotronH,
    Jamba,
}

/// <summary>What an architecture's name says that no key does.</summary>
/// <param name="Name">model_type.</param>
/// <param name="Family">How its layers are named.</param>
/// <param name="Tied">Whether embeddings are tied where the file does not say.</param>
/// <param name="QkNorm">Queries and keys are normalised.</param>
/// <param name="GatedAttention">The query projection has a gate beside it.</param>
/// <param name="Gated">The MLP has a gate.</param>
internal sealed record HubArchitecture(
    string Name, HubFamily Family, bool Tied = false, bool QkNorm = false, bool GatedAttention = false, bool Gated = true)
{
    private static readonly HubArchitecture[] Known =
    [
        new("llama", HubFamily.Plain), new("mistral", HubFamily.Plain), new("mixtral", HubFamily.Plain), new("phi3", HubFamily.Plain),
        new("phimoe", HubFamily.Plain), new("granite", HubFamily.Plain), new("glm4_moe", HubFamily.Plain),
        new("minimax_m2", HubFamily.Plain),
        new("opt", HubFamily.Opt, Tied: true, Gated: false),
        new("qwen2", HubFamily.Qwen), new("qwen2_moe", HubFamily.Qwen), new("qwen3", HubFamily.Qwen, QkNorm: true),
        new("qwen3_moe", HubFamily.Qwen, QkNorm: true),
        new("gemma2", HubFamily.Gemma2, Tied: true),
        new("gemma3_text", HubFamily.Gemma3, Tied: true, QkNorm: true), new("gemma3", HubFamily.Gemma3, Tied: true, QkNorm: true),
        new("gemma4_text", HubFamily.Gemma4, Tied: true, QkNorm: true), new("gemma4", HubFamily.Gemma4, Tied: true, QkNorm: true),
        new("deepseek_v2", HubFamily.Latent), new("deepseek_v3", HubFamily.Latent), new("deepseek_v32", HubFamily.Latent),
        new("kimi_k2", HubFamily.Latent), new("kimi_k25", HubFamily.Latent), new("glm_moe_dsa", HubFamily.Latent),
        new("gpt_oss", HubFamily.GptOss),
        new("llama4_text", HubFamily.Llama4), new("llama4", HubFamily.Llama4),
        new("mimo_v2_flash", HubFamily.Mimo),
        new("qwen3_next", HubFamily.Hybrid, QkNorm: true, GatedAttention: true),
        new("qwen3_5_text", HubFamily.Hybrid, QkNorm: true, GatedAttention: true),
        new("qwen3_5", HubFamily.Hybrid, QkNorm: true, GatedAttention: true),
        new("qwen3_5_moe_text", HubFamily.Hybrid, QkNorm: true, GatedAttention: true),
        new("qwen3_5_moe", HubFamily.Hybrid, QkNorm: true, GatedAttention: true),
        new("granitemoehybrid", HubFamily.Hybrid),
        new("jamba", HubFamily.Jamba),
        new("nemotron_h", HubFamily.NemotronH, Gated: false),
    ];

    /// <exception cref="InputException">An architecture that is not known.</exception>
    public static HubArchitecture Of(ConfigKeys keys) =>
        Known.FirstOrDefault(known => known.Name == keys.Type)
        ?? throw keys.Refuse($"model_type: {NearestName.Message("architecture", keys.Type, [.. Known.Select(known => known.Name)])}");
}
