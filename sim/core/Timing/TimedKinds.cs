using ELLM.Sim.Models;

namespace ELLM.Sim.Timing;

/// <summary>Which kinds of layers have times; a model with any other can be sized but not run.</summary>
internal static class TimedKinds
{
    /// <exception cref="InputException">A layer of a kind without times.</exception>
    public static void Check(ModelSpec model)
    {
        foreach (LayerGroup group in model.GroupsOf(StageLayers.Whole(model.Layers)))
        {
            if (group.Attention != AttentionKind.Full || group.FeedForward != FeedForwardKind.Dense)
            {
                string kind = group.Attention == AttentionKind.Full
                    ? LayerWords.Of(group.FeedForward)
                    : $"{LayerWords.Of(group.Attention)} attention";
                throw new InputException($"{model.Name}: {group.Count} layers with {kind}, whose memory is known but not their time");
            }
        }
    }
}
