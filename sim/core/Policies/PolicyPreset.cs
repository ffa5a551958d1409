using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Policies;

/// <summary>A named policy: what it is, where its rules come from, and the settings it changes from the defaults.</summary>
/// <remarks>Keys inside <see cref="Policy"/> and <see cref="Engine"/> are those of <see cref="PolicySpec"/> and the engine's settings.</remarks>
public sealed record PolicyPreset
{
    public required string Name { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>The publication or code whose rules these are.</summary>
    public required string Source { get; init; }

    /// <summary>The engine and version whose defaults apply.</summary>
    public required string EngineVersion { get; init; }

    public required JsonObject Policy { get; init; }

    public JsonObject? Engine { get; init; }

    /// <summary>Choices made where the source is silent, and known differences.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    internal CatalogFault? Check() => Name.Length == 0 ? new CatalogFault("name", "a name", "an empty text") : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(PolicyPreset))]
internal sealed partial class PresetJson : JsonSerializerContext;
