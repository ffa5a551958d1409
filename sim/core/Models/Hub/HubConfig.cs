using System.Text;
using System.Text.Json;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Models.Hub;

/// <summary>Reads a model's published configuration (config.json of Hugging Face transformers) as it is.</summary>
/// <remarks>
/// Only architectures whose keys are known are read; anything else, and any key that changes what a layer is in a way not known here, is
/// refused by name. Multimodal models are read as their text part: towers are left out, and the line that says what was understood
/// says so.
/// </remarks>
public static class HubConfig
{
    /// <summary>Name of the file beside published weights.</summary>
    public const string FileName = "config.json";

    /// <summary>Name of the file in which NVIDIA's quantisation tool writes its part.</summary>
    public const string QuantisationFileName = "hf_quant_config.json";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Whether a JSON text is a published configuration and no model file of this project.</summary>
    public static bool IsOne(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Lenient);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("model_type", out _)
                || root.TryGetProperty("architectures", out _));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="source">The file, for messages.</param>
    /// <param name="json">Its text.</param>
    /// <param name="quantisation">Text of a <see cref="QuantisationFileName"/> beside it; null: there is none.</param>
    /// <exception cref="InputException">A missing key, or something that is not understood.</exception>
    public static ModelSpec Read(string source, string json, string? quantisation = null)
    {
        JsonTexts.Check(source, Encoding.UTF8.GetBytes(json));
        using JsonDocument document = JsonDocument.Parse(json, Lenient);
        ConfigKeys keys = new(source, document.RootElement);
        HubArchitecture architecture = HubArchitecture.Of(keys);
        HubLayers layers = HubLayers.Read(keys, architecture);
        WeightFormats? formats = HubFormats.Read(keys, layers, quantisation);
        ModelSpec model = Shape(keys, architecture, layers) with { Formats = formats };
        return model with
        {
            Understood = Describe(model, architecture, keys.HasTower),
            Source = $"published configuration, read from {source}"
        };
    }

    private static ModelSpec Shape(ConfigKeys keys, HubArchitecture architecture, HubLayers layers)
    {
        int queryHeads = keys.Need("num_attention_heads");
        int hidden = keys.Need("hidden_size");
        LatentAttention? latent = HubAttention.Latent(keys);
        int headDim = latent?.QueryDim ?? keys.Find("global_head_dim", "head_dim", "attention_head_dim") ?? hidden / queryHeads;
        int kvHeads = latent is null ? keys.Find("num_global_key_value_heads", "num_key_value_heads") ?? queryHeads : 1;
        bool opt = architecture.Family == HubFamily.Opt;
        return new ModelSpec(
            keys.Name,
            "",
            layers.Count,
            hidden,
            layers.DenseFfn ?? layers.Experts?.Ffn ?? keys.Need("intermediate_size"),
            queryHeads,
            kvHeads,
            headDim,
            keys.Need("vocab_size"),
            keys.Need("max_position_embeddings"),
            Gated: architecture.Gated,
            QkNorm: architecture.QkNorm || keys.Flag("use_qk_norm", false),
            TiedEmbeddings: keys.Flag("tie_word_embeddings", architecture.Tied),
            LinearBiases: opt,
            NormBiases: opt,
            LearnedPositions: opt ? keys.Need("max_position_embeddings") + 2 : 0)
        {
            LayerRuns = layers.Runs,
            ValueHeadDim = latent is null ? keys.Find("v_head_dim") : null,
            GatedAttention = architecture.GatedAttention,
            Latent = latent,
            Window = layers.UsesWindow ? HubAttention.Window(keys, architecture) : null,
            State = layers.UsesState ? HubAttention.State(keys, architecture) : null,
            Experts = layers.Experts,
        };
    }

    private static string Describe(ModelSpec model, HubArchitecture architecture, bool tower)
    {
        string experts = model.Experts is { } block
            ? FormattableString.Invariant($"; {block.Count} experts of width {block.Ffn}, {block.Top} a token")
                + (block.SharedFfn > 0 ? FormattableString.Invariant($", shared {block.SharedFfn}") : "")
            : "";
        string state = model.ForRank(1).StateBytesPerSequence is > 0 and long bytes ? $", state {ShortText.Gib(bytes)} a sequence" : "";
        string formats = model.Formats is { } parts ? $"; weights {LayerWords.Of(parts)}" : "";
        return FormattableString.Invariant($"{architecture.Name}: {model.Layers} layers ({LayerWords.Of(model)}), hidden {model.Hidden}")
            + $"{experts}{formats}; "
            + FormattableString.Invariant($"{model.Parameters / 1e9:0.0} B parameters, {ShortText.Gib(model.ForRank(1).WeightBytes)}, ")
            + FormattableString.Invariant($"KV {model.KvBytesPerToken()} bytes a token{state}")
            + (tower ? "; text part, tower left out" : "");
    }
}
