using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Models;

/// <summary>A dense decoder-only transformer described by its shape; every size follows from it (<see cref="ModelRank"/>).</summary>
/// <remarks>
/// Learned scale vectors are one per norm (two with biases). Attention projects <c>hidden -> (q_heads + 2 kv_heads) head_dim</c> and
/// back; the MLP is <c>hidden -> ffn -> hidden</c>, with a second up-projection when gated.
/// </remarks>
/// <param name="Name">Catalog key.</param>
/// <param name="Source">Where the shape comes from.</param>
/// <param name="Layers">Transformer layers.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Ffn">Width of the MLP.</param>
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
        return null;
    }
}
