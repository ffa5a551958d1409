using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <content>The layers by kind.</content>
public sealed partial record ModelSpec
{
    /// <summary>Size of a value head of full layers.</summary>
    [JsonIgnore]
    public int ValueDim => ValueHeadDim ?? HeadDim;

    /// <summary>Columns of the query projection for each head.</summary>
    [JsonIgnore]
    public int QueryWidth => GatedAttention ? 2 * HeadDim : HeadDim;

    /// <summary>Size of a query and key head of window layers.</summary>
    [JsonIgnore]
    public int WindowHeadDim => Window?.HeadDim ?? HeadDim;

    /// <summary>Size of a value head of window layers.</summary>
    [JsonIgnore]
    public int WindowValueDim => Window?.ValueDim ?? Window?.HeadDim ?? ValueDim;

    /// <summary>True for the plain transformer: every layer has full attention and a dense MLP.</summary>
    [JsonIgnore]
    public bool IsDense => LayerRuns is null && Latent is null && Experts is null;

    /// <summary>Layers that have experts.</summary>
    [JsonIgnore]
    public int ExpertLayers => GroupsOf(StageLayers.Whole(Layers))
        .Where(group => group.FeedForward is FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts).Sum(group => group.Count);

    /// <summary>A stage's layers by kind, in the order in which the kinds first appear.</summary>
    public IReadOnlyList<LayerGroup> GroupsOf(StageLayers stage)
    {
        if (LayerRuns is not { Count: > 0 } runs)
        {
            AttentionKind attention = Latent is null ? AttentionKind.Full : AttentionKind.Latent;
            return [new LayerGroup(attention, Experts is null ? FeedForwardKind.Dense : FeedForwardKind.Experts, stage.Count)];
        }
        List<LayerGroup> groups = [];
        int end = stage.First + stage.Count;
        int first = 0;
        for (int i = 0; first < end; i = (i + 1) % runs.Count)
        {
            LayerRun run = runs[i];
            int here = Math.Min(first + run.Count, end) - Math.Max(first, stage.First);
            first += run.Count;
            if (here > 0)
                Add(groups, new LayerGroup(run.Attention, run.FeedForward, here));
        }
        return groups;
    }

    private static void Add(List<LayerGroup> groups, LayerGroup more)
    {
        int known = groups.FindIndex(group => group.Attention == more.Attention && group.FeedForward == more.FeedForward);
        if (known < 0)
            groups.Add(more);
        else
            groups[known] = more with { Count = groups[known].Count + more.Count };
    }
}
