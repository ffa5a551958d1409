using ELLM.Sim.Models;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>A transformer's shape with the names and the arithmetic Vidur uses for memory and batch times.</summary>
/// <param name="Hidden">Embedding width h; a head is <c>h / QHeads</c> wide, whatever the published head size.</param>
/// <param name="Gated">Three MLP matrices instead of two.</param>
/// <param name="PostAttentionNorm">False drops the MLP's norm from the layer time (phi-2).</param>
public sealed record VidurModel(
    string Name,
    int Layers,
    int Hidden,
    int Ffn,
    int QHeads,
    int KvHeads,
    bool Gated = true,
    bool PostAttentionNorm = true)
{
    /// <summary>Grouped or single KV heads: the only models that pay the batching overheads.</summary>
    public bool SharesKvHeads => QHeads > KvHeads;

    public int HeadDim => Hidden / QHeads;

    public static VidurModel From(ModelSpec model) =>
        new(model.Name, model.Layers, model.Hidden, model.Ffn, model.QHeads, model.KvHeads, model.Gated);

    /// <summary>Parameters of one layer on one GPU: attention and MLP matrices, nothing else.</summary>
    internal long LayerParameters(int tensorParallel)
    {
        long h = Hidden;
        long q = QHeads / tensorParallel;
        long kv = KvHeadsOnGpu(tensorParallel);
        return h * HeadDim * (q + 2 * kv) + h * HeadDim * q + (Gated ? 3 : 2) * h * Ffn / tensorParallel;
    }

    /// <summary>KV heads of one GPU, rounded up.</summary>
    internal int KvHeadsOnGpu(int tensorParallel) => (KvHeads + tensorParallel - 1) / tensorParallel;
}
