using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Which kinds of layers have times; a model with any other can be sized but not run.</summary>
internal static class TimedKinds
{
    /// <exception cref="InputException">A layer of a kind without times.</exception>
    public static void Check(ModelSpec model)
    {
        foreach (LayerGroup group in model.GroupsOf(StageLayers.Whole(model.Layers)))
        {
            string? untimed = group.Attention switch
            {
                AttentionKind.State when model.State is { } state => $"{StateWords(state.Kind)} states",
                AttentionKind.Latent when model.Latent is { Index: not null } => "sparse latent attention",
                AttentionKind.None => "no attention",
                _ => group.FeedForward == FeedForwardKind.None ? "no feed-forward block" : null,
            };
            if (untimed is not null)
                throw new InputException($"{model.Name}: {group.Count} layers with {untimed}, whose memory is known but not their time");
        }
    }

    /// <exception cref="InputException">The model is not a plain transformer.</exception>
    public static void CheckDense(ModelSpec model, string source)
    {
        if (!model.IsDense)
        {
            throw new InputException(
                $"{model.Name}: {LayerWords.Of(model)}: {source} times plain transformers alone; use --time-model analytic");
        }
    }

    private static string StateWords(StateKind kind) => kind switch
    {
        StateKind.GatedDeltaNet => "gated-delta-net",
        StateKind.Mamba2 => "mamba-2",
        _ => "mamba-1",
    };
}
