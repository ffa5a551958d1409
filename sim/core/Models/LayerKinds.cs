using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

/// <summary>How a layer looks at the tokens before it, and so what it keeps of them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttentionKind>))]
public enum AttentionKind
{
    /// <summary>Keys and values of every token; fewer KV than query heads with grouped queries.</summary>
    [JsonStringEnumMemberName("full")]
    Full,

    /// <summary>One compressed vector a token, shared by all heads (MLA).</summary>
    [JsonStringEnumMemberName("latent")]
    Latent,

    /// <summary>The last tokens only: a sliding window.</summary>
    [JsonStringEnumMemberName("window")]
    Window,

    /// <summary>The tokens of the current chunk only.</summary>
    [JsonStringEnumMemberName("chunked")]
    Chunked,

    /// <summary>No tokens at all but a state of fixed size: linear attention and state-space layers.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>The layer has no attention: a feed-forward block of its own.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>What follows attention in a layer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeedForwardKind>))]
public enum FeedForwardKind
{
    [JsonStringEnumMemberName("dense")]
    Dense,

    /// <summary>A router picks a few of many experts for each token; shared experts see every token.</summary>
    [JsonStringEnumMemberName("experts")]
    Experts,

    /// <summary>A dense block beside the experts.</summary>
    [JsonStringEnumMemberName("dense-and-experts")]
    DenseAndExperts,

    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Consecutive layers of one kind. A model's list of runs is repeated until all its layers are named.</summary>
public sealed record LayerRun(
    int Count, AttentionKind Attention = AttentionKind.Full, FeedForwardKind FeedForward = FeedForwardKind.Dense);

/// <summary>How many layers of one kind a rank holds.</summary>
public readonly record struct LayerGroup(AttentionKind Attention, FeedForwardKind FeedForward, int Count);
