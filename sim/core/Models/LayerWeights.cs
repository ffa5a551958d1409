namespace ELLM.Sim.Models;

/// <summary>Parameters of one layer, or of several, on one rank, by the parts that can have formats of their own.</summary>
/// <param name="Attention">Projections of attention and of state layers.</param>
/// <param name="Dense">Dense feed-forward.</param>
/// <param name="Shared">Shared experts.</param>
/// <param name="Experts">Routed experts.</param>
/// <param name="Other">Norms, routers, biases: as wide as activations.</param>
public readonly record struct LayerWeights(long Attention, long Dense, long Shared, long Experts, long Other)
{
    public long Sum => Attention + Dense + Shared + Experts + Other;

    public LayerWeights Plus(in LayerWeights more, int times) => new(
        Attention + times * more.Attention, Dense + times * more.Dense, Shared + times * more.Shared,
        Experts + times * more.Experts, Other + times * more.Other);

    /// <summary>Bytes, everything else 16 bit.</summary>
    public long BytesIn(WeightFormats formats) =>
        formats.Attention.BytesOf(Attention) + formats.Dense.BytesOf(Dense) + formats.Shared.BytesOf(Shared)
        + formats.Experts.BytesOf(Experts) + 2 * Other;
}
