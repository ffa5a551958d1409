using ELLM.Sim.Hardware;

namespace ELLM.Sim.Models;

/// <summary>What the kinds of a model's layers must satisfy.</summary>
internal static class ModelChecks
{
    /// <summary>Far beyond any model, and low enough that sizes stay within 64 bits.</summary>
    private const int Widest = 1 << 20;

    public static CatalogFault? FirstFault(ModelSpec model) =>
        Runs(model) ?? Latent(model.Latent) ?? Window(model) ?? State(model.State) ?? Experts(model.Experts)
        ?? Range("value_head_dim", model.ValueHeadDim ?? 1, 1, Widest)
        ?? Range("tower_bytes", model.TowerBytes, 0, 1L << 45);

    private static CatalogFault? Runs(ModelSpec model)
    {
        if (model.LayerRuns is not { } runs)
            return null;
        if (runs.Count == 0)
            return new CatalogFault("layer_kinds", "at least one run of layers", "none");
        long total = 0;
        foreach (LayerRun run in runs)
        {
            if (Range("count", run.Count, 1, model.Layers) is { } wrong)
                return wrong;
            total += run.Count;
            if (Missing(model, run) is string key)
                return new CatalogFault("layer_kinds", $"{key} of the model, which a layer needs", "none");
        }
        return total > model.Layers ? new CatalogFault("layer_kinds", $"at most {model.Layers} layers", $"{total}") : null;
    }

    private static string? Missing(ModelSpec model, LayerRun run)
    {
        if (run.Attention == AttentionKind.Latent && model.Latent is null)
            return "latent";
        if (run.Attention is AttentionKind.Window or AttentionKind.Chunked && model.Window is null)
            return "window";
        if (run.Attention == AttentionKind.State && model.State is null)
            return "state";
        bool experts = run.FeedForward is FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts;
        return experts && model.Experts is null ? "experts" : null;
    }

    private static CatalogFault? Latent(LatentAttention? latent) => latent is null
        ? null
        : Range("kv_rank", latent.KvRank, 1, Widest) ?? Range("rope_dim", latent.RopeDim, 0, Widest)
        ?? Range("nope_dim", latent.NopeDim, 1, Widest) ?? Range("value_dim", latent.ValueDim, 1, Widest)
        ?? Range("q_rank", latent.QRank ?? 1, 1, Widest)
        ?? Range("top", latent.Index?.Top ?? 1, 1, int.MaxValue) ?? Range("dim", latent.Index?.Dim ?? 1, 1, Widest)
        ?? Range("heads", latent.Index?.Heads ?? 1, 1, Widest);

    private static CatalogFault? Window(ModelSpec model) => model.Window is not { } window
        ? null
        : Range("tokens", window.Tokens, 1, model.MaxModelLen) ?? Range("head_dim", window.HeadDim ?? 1, 1, Widest)
        ?? Range("value_dim", window.ValueDim ?? 1, 1, Widest)
        ?? (window.KvHeads is int heads && (heads < 1 || model.QHeads % heads != 0)
            ? new CatalogFault("kv_heads", $"a divisor of q_heads {model.QHeads}", $"{heads}")
            : null);

    private static CatalogFault? State(StateLayer? state) => state is null
        ? null
        : Range("heads", state.Heads, 1, Widest) ?? Range("head_dim", state.HeadDim, 1, Widest)
        ?? Range("state_dim", state.StateDim, 1, Widest) ?? Range("groups", state.Groups, 0, Widest)
        ?? Range("conv", state.Conv, 1, 1024) ?? Range("element_bytes", state.ElementBytes, 1, 4);

    private static CatalogFault? Experts(ExpertLayer? experts) => experts is null
        ? null
        : Range("count", experts.Count, 1, Widest) ?? Range("top", experts.Top, 1, experts.Count)
        ?? Range("ffn", experts.Ffn, 1, Widest) ?? Range("shared_ffn", experts.SharedFfn, 0, Widest)
        ?? Range("latent", experts.Latent ?? 1, 1, Widest);

    private static CatalogFault? Range(string key, long value, long least, long most) =>
        value >= least && value <= most ? null : new CatalogFault(key, $"{least} to {most}", $"{value}");
}
