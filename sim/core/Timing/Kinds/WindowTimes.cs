using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Layers that see a window or a chunk: full attention's kernels, over no more context than that.</summary>
/// <remarks>
/// A batch is seen at its mean length: it reads min(S, b w) tokens. Where all sequences are on one side of the window, as with
/// windows far
/// shorter than contexts, that is exact; a batch that straddles it is taken too long. Within a chunk sequences are half way on average.
/// </remarks>
internal sealed class WindowTimes
{
    public WindowTimes(TimingProfile profile, ModelRank rank, TimingOptions options, int layers)
    {
        Layers = layers;
        ModelSpec model = rank.Model;
        Tokens = model.Window!.Tokens;
        Chunked = rank.Groups.Any(group => group.Attention == AttentionKind.Chunked);
        ModelSpec shaped = model with
        {
            KvHeads = model.Window.KvHeads
                ?? model.KvHeads,
            HeadDim = model.WindowHeadDim,
            ValueHeadDim = model.WindowValueDim,
            LayerRuns = null,
            Experts = null,
            Latent = null,
            Ffn = rank.TensorParallel,
        };
        Operators = new OperatorTimes(profile, shaped.ForRank(rank.TensorParallel), options.Weights, options.Fp8Kv, false,
            options.PrefillAttentionFactor, options.DecodeAttentionFactor);
    }

    public int Layers { get; }

    public int Tokens { get; }

    public bool Chunked { get; }

    /// <summary>Attention with the heads of these layers.</summary>
    public OperatorTimes Operators { get; }

    /// <summary>Tokens of context that such a layer reads of a sequence beyond the window.</summary>
    public int Held => Chunked ? (Tokens + 1) / 2 : Tokens;
}
