using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Models;

/// <summary>A dense decoder-only transformer described by its shape; every size follows from it (<see cref="ModelRank"/>).</summary>
/// <remarks>
/// Learned scale vectors are one per norm (two with biases). Attention projects <c>hidden -> (q_heads + 2 kv_heads) head_dim</c> and
/// back; the MLP is <c>hidden -> ffn -> hidden</c>, with a second up-projection when gated.
/// </remarks>
public sealed partial record ModelSpec
{
    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>Where the shape comes from.</summary>
    public required string Source { get; init; }

    public required int Layers { get; init; }

    public required int Hidden { get; init; }

    /// <summary>Width of the MLP.</summary>
    public required int Ffn { get; init; }

    public required int QHeads { get; init; }

    /// <summary>Fewer than <see cref="QHeads"/> with grouped queries, equal to it without.</summary>
    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    public required int Vocab { get; init; }

    /// <summary>Longest sequence, prompt and output together, that the published configuration allows.</summary>
    public required int MaxModelLen { get; init; }

    /// <summary>A second up-projection that gates the first (SwiGLU).</summary>
    public required bool Gated { get; init; }

    /// <summary>Query and key heads are normalised, two vectors of head_dim a layer.</summary>
    public bool QkNorm { get; init; }

    /// <summary>The LM head shares the embedding's matrix.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Every linear layer but the LM head has a bias.</summary>
    public bool LinearBiases { get; init; }

    /// <summary>Norms have a bias beside their scale.</summary>
    public bool NormBiases { get; init; }

    /// <summary>Rows of a learned position table; 0 for rotary and ALiBi positions.</summary>
    public int LearnedPositions { get; init; }

    /// <summary>Bytes of one weight: 2 for bf16 and fp16.</summary>
    public int WeightElementBytes { get; init; } = 2;

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
