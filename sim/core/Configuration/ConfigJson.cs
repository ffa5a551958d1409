using System.Text.Json.Serialization;

namespace ELLM.Sim.Configuration;

/// <summary>The JSON form of <see cref="RunConfig"/>: snake_case keys, nothing unknown, nothing missing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunConfig))]
internal sealed partial class ConfigJson : JsonSerializerContext;
