using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>An experiment file as written: what to run and what to keep. <see cref="Experiment"/> makes its points.</summary>
/// <remarks>
/// The points are the product of the blocks, <see cref="Zip"/> outermost, then <see cref="Random"/> or <see cref="Sobol"/>, then
/// <see cref="Grid"/>; within a grid the first axis varies slowest. An axis is named by what it sets: policy, trace, rate, scale,
/// limit, or any setting of <c>ellm config schema</c> by its path.
/// </remarks>
/// <param name="Name">Title of the results.</param>
public sealed record ExperimentSpec(string Name)
{
    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>What the experiment asks.</summary>
    public string? Description { get; init; }

    /// <summary>Settings that all points share.</summary>
    public JsonObject? Base { get; init; }

    /// <summary>Axes of one length, walked side by side.</summary>
    public JsonObject? Zip { get; init; }

    /// <summary>Every combination: a list of values, or <c>{ "from": 1, "to": 8, "steps": 8, "scale": "log" }</c>; <c>"policy":
    /// "all"</c> is every shipped policy.</summary>
    public JsonObject? Grid { get; init; }

    /// <summary>Independent uniform draws of every axis.</summary>
    public SampledSpec? Random { get; init; }

    /// <summary>A Sobol sequence: covers the ranges evenly with few samples.</summary>
    public SampledSpec? Sobol { get; init; }

    /// <summary>Keep the points that match one of these.</summary>
    public IReadOnlyList<JsonObject>? Only { get; init; }

    /// <summary>Leave out the points that match one of these.</summary>
    public IReadOnlyList<JsonObject>? Exclude { get; init; }

    /// <summary>Latency objectives: <c>ttft=500ms,tpot=50ms</c>. Without them: the multiples of the unloaded latencies.</summary>
    public string? Slo { get; init; }

    /// <summary>Metrics to keep in the result files; absent: all of them.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }
}

/// <summary>Axes that are drawn.</summary>
/// <param name="Samples">Points to draw.</param>
/// <param name="Axes">Ranges <c>{ "from": 1, "to": 8, "scale": "log" }</c>, or lists to choose from.</param>
/// <param name="Seed">Seed of random draws; a Sobol sequence has none.</param>
public sealed record SampledSpec(int Samples, JsonObject Axes, ulong Seed = 1);

/// <summary>The JSON form of experiment files: comments and trailing commas allowed, nothing unknown.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExperimentSpec))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
