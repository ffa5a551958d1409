namespace ELLM.Sim.Models;

/// <summary>A model's layers in words.</summary>
public static class LayerWords
{
    /// <summary><c>3 latent dense, 58 latent experts</c>.</summary>
    public static string Of(ModelSpec model) => string.Join(", ", model.GroupsOf(StageLayers.Whole(model.Layers)).Select(Of));

    private static string Of(LayerGroup group)
    {
        string[] words = [Of(group.Attention), Of(group.FeedForward)];
        return FormattableString.Invariant($"{group.Count} {string.Join(' ', words.Where(word => word.Length > 0))}");
    }

    /// <summary>Empty for none.</summary>
    public static string Of(AttentionKind kind) => kind == AttentionKind.None ? "" : kind.ToString().ToLowerInvariant();

    /// <summary>Empty for none.</summary>
    public static string Of(FeedForwardKind kind) => kind switch
    {
        FeedForwardKind.None => "",
        FeedForwardKind.DenseAndExperts => "dense and experts",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
