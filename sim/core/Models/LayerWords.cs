using System.Text.Json;

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

    /// <summary><c>experts mxfp4</c>: the parts that are not 16 bit.</summary>
    public static string Of(WeightFormats formats)
    {
        (string Part, NumberFormat Format)[] parts =
        [
            ("attention", formats.Attention), ("dense", formats.Dense), ("shared experts", formats.Shared), ("experts", formats.Experts),
        ];
        string[] words = [.. parts.Where(part => part.Format != NumberFormat.Bits16).Select(part => $"{part.Part} {Of(part.Format)}")];
        return words.Length == 0 ? "16 bit" : string.Join(", ", words) + ", the rest 16 bit";
    }

    /// <summary><c>fp8-block</c>, as files write it.</summary>
    public static string Of(NumberFormat format) => JsonSerializer.Serialize(format, ModelsJson.Default.NumberFormat).Trim('"');
}
