using System.Text.Json;
using System.Text.Json.Serialization;

namespace ELLM.Sim.Models;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(ModelSpec))]
[JsonSerializable(typeof(NumberFormat))]
internal sealed partial class ModelsJson : JsonSerializerContext;
