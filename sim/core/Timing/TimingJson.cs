using System.Text.Json;
using System.Text.Json.Serialization;

namespace ELLM.Sim.Timing;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(TimingProfile))]
[JsonSerializable(typeof(NamedOverhead))]
[JsonSerializable(typeof(LinearFit))]
internal sealed partial class TimingJson : JsonSerializerContext;
