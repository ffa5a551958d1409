using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Models;

/// <summary>A decoder-only transformer described by its layers; every size follows from them (<see cref="ModelRank"/>).</summary>
/// <remarks>
/// <para>Learned scale vectors are one per norm (two with biases). Attention projects <c>hidden -> (q_heads + 2 kv_heads)
/// head_dim</c> and
/// back; the MLP is <c>hidden -> ffn -> hidden</c>, with a second up-projection when gated.</para>
/// <para>Without <see cref="LayerRuns"/> all layers are alike: latent attention where the model has one, else full; experts where it has
/// them, else dense.</para>
/// </remarks>
/// <param name="Name">Catalog key.</param>
/// <param name="Source">Where the shape comes from.</param>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Ffn">Width of the dense MLP; of no use where no layer has one.</param>
/// <param name="QHeads">Query heads.</param>
/// <param name="KvHeads">Key and value heads: fewer with grouped queries.</param>
/// <param name="HeadDim">Size of one head.</param>
/// <param name="Vocab">Rows of the embedding.</param>
/// <param name="MaxModelLen">Longest sequence, prompt and output together, that the published configuration allows.</param>
/// <param name="Gated">A second up-projection that gates the first (SwiGLU).</param>
/// <param name="QkNorm">Query and key heads are normalised, two vectors of head_dim a layer.</param>
/// <param name="TiedEmbeddings">The LM head shares the embedding's matrix.</param>
/// <param name="LinearBiases">Every linear layer but the LM head has a bias.</param>
/// <param name="NormBiases">Norms have a bias beside their scale.</param>
/// <param name="LearnedPositions">Rows of a learned position table; 0 for rotary and ALiBi positions.</param>
/// <param name="WeightElementBytes">Bytes of one weight: 2 for bf16 and fp16.</param>
/// <param name="Schema">For editors only.</param>
public sealed partial record ModelSpec(
    string Name,
    string Source,
    int Layers,
    int Hidden,
    int Ffn,
    int QHeads,
    int KvHeads,
    int HeadDim,
    int Vocab,
    int MaxModelLen,
    bool Gated,
    bool QkNorm = false,
    bool TiedEmbeddings = false,
    bool LinearBiases = false,
    bool NormBiases = false,
    int LearnedPositions = 0,
    int WeightElementBytes = 2,
    [property: JsonPropertyName("$schema")] string? Schema = null)
{
    /// <summary>Names under which the weights are published, of one shape.</summary>
    public IReadOnlyList<string>? Hub { get; init; }

    /// <summary>Kinds of the layers in order, repeated until all are named; null: all alike.</summary>
    [JsonPropertyName("layer_kinds")]
    public IReadOnlyList<LayerRun>? LayerRuns { get; init; }

    /// <summary>Size of a value head; null: as <see cref="HeadDim"/>.</summary>
    public int? ValueHeadDim { get; init; }

    /// <summary>Queries come with a gate as wide as they are.</summary>
    public bool GatedAttention { get; init; }

    public LatentAttention? Latent { get; init; }

    public WindowAttention? Window { get; init; }

    public StateLayer? State { get; init; }

    public ExpertLayer? Experts { get; init; }

    /// <summary>Stored formats by part; null: all weights have <see cref="WeightElementBytes"/>.</summary>
    public WeightFormats? Formats { get; init; }

    /// <summary>Bytes of what is not text: towers for images and sound, split over tensor-parallel ranks.</summary>
    public long TowerBytes { get; init; }

    /// <summary>What a published configuration was understood as, one line; null for model files of this project.</summary>
    [JsonIgnore]
    public string? Understood { get; init; }

    internal CatalogFault? Check()
    {
        (string Key, long Value)[] positive =
        [
            ("layers", Layers), ("hidden", Hidden), ("ffn", Ffn), ("q_heads", QHeads), ("kv_heads", KvHeads),
            ("head_dim", HeadDim), ("vocab", Vocab), ("max_model_len", MaxModelLen),
        ];
        foreach ((string key, long value) in positive)
        {
            // Far beyond any transformer, and low enough that no product of sizes overflows 64 bits.
            if (value is <= 0 or > 100_000_000)
                return new CatalogFault(key, "1 to 100000000", $"{value}");
        }
        if (QHeads % KvHeads != 0)
            return new CatalogFault("kv_heads", $"a divisor of q_heads {QHeads}", $"{KvHeads}");
        if (WeightElementBytes is not (1 or 2 or 4))
            return new CatalogFault("weight_element_bytes", "1, 2 or 4", $"{WeightElementBytes}");
        if (LearnedPositions < 0)
            return new CatalogFault("learned_positions", "zero or a positive number", $"{LearnedPositions}");
        return ModelChecks.FirstFault(this);
    }
}
