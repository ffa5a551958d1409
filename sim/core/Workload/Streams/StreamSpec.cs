using System.Text.Json;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Workload.Streams;

/// <summary>A stream of requests from generator presets that run beside each other.</summary>
/// <param name="LengthS">It ends so many seconds after its beginning.</param>
public sealed record StreamSpec(string Name, string Description, double LengthS, IReadOnlyList<StreamPart> Parts)
{
    /// <summary>What every result that rests on it says, one line each.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    internal CatalogFault? Check() => Parts.Count == 0 ? new CatalogFault("parts", "at least one", "none")
        : LengthS is > 0 and < 9_000_000 ? null
        : new CatalogFault("length_s", "seconds above 0 and below 9,000,000 (104 days)", FormattableString.Invariant($"{LengthS}"));
}

/// <summary>One workload of a stream.</summary>
/// <param name="Workload">A preset whose arrivals are a rate table.</param>
/// <param name="StartStep">Step of that table at the beginning of the stream.</param>
public sealed record StreamPart(string Workload, int StartStep = 0);

/// <summary>The streams the project ships (configs/streams), and users' own files.</summary>
public static class StreamCatalog
{
    private static readonly Catalog<StreamSpec> Shipped = new("stream", "streams", StreamJson.Default.StreamSpec, spec => spec.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static StreamSpec Load(string nameOrPath) => Shipped.Load(nameOrPath);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(StreamSpec))]
internal sealed partial class StreamJson : JsonSerializerContext;
