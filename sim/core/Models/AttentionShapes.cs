using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <summary>Latent attention (DeepSeek-AI, arXiv 2405.04434): keys and values of all heads come from one vector a token.</summary>
/// <param name="KvRank">Width of that vector.</param>
/// <param name="RopeDim">Its part with positions, kept beside it.</param>
/// <param name="NopeDim">The rest of a query or key head.</param>
/// <param name="ValueDim">A value head.</param>
/// <param name="QRank">Width that queries are compressed to; null: they are not.</param>
/// <param name="Index">Only the tokens it finds are looked at; null: all.</param>
public sealed record LatentAttention(
    int KvRank, int RopeDim, int NopeDim, int ValueDim, int? QRank = null, SparseIndex? Index = null)
{
    /// <summary>Numbers that one token and layer keeps.</summary>
    [JsonIgnore]
    public int CachedWidth => KvRank + RopeDim;

    /// <summary>A query head.</summary>
    [JsonIgnore]
    public int QueryDim => NopeDim + RopeDim;
}

/// <summary>The indexer of sparse attention: a small key a token, by which the best tokens are chosen.</summary>
/// <param name="Heads">Heads of the indexer's queries.</param>
/// <param name="Dim">Size of a head, and of the key.</param>
/// <param name="Top">Tokens that attention then looks at.</param>
public sealed record SparseIndex(int Heads, int Dim, int Top)
{
    /// <summary>Bytes of one token's key: 8 bit, one scale of 32 bit a key (vLLM and SGLang).</summary>
    [JsonIgnore]
    public int KeyBytes => Dim + 4;
}

/// <summary>Layers that see a window or a chunk of the context; their heads may differ from those of full layers.</summary>
/// <param name="Tokens">The window or chunk.</param>
/// <param name="KvHeads">Null: as the model.</param>
/// <param name="HeadDim">Null: as the model.</param>
/// <param name="ValueDim">Null: as the head.</param>
public sealed record WindowAttention(int Tokens, int? KvHeads = null, int? HeadDim = null, int? ValueDim = null);
