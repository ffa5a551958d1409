using ELLM.Sim.Models;

namespace ELLM.Sim.Validation;

/// <summary>Models that only a table knows: shapes made up from its columns.</summary>
internal static class ShapedModel
{
    /// <summary>One layer of the given widths.</summary>
    public static ModelSpec Of(int hidden, int ffn, int qHeads, int kvHeads, int headDim, bool gated, int vocab = 32_000) => new(
        "measured", "columns of the table", 1, hidden, ffn, qHeads, kvHeads, headDim, vocab, 131_072, gated);

    /// <summary>Attention of these heads on one rank.</summary>
    public static ModelRank Heads(int qHeads, int kvHeads, int headDim = 128) =>
        Of(qHeads * headDim, 4 * qHeads * headDim, qHeads, kvHeads, headDim, gated: true).ForRank(1);
}
