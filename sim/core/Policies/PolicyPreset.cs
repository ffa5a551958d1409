using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Policies;

/// <summary>A named policy: what it is, where its rules come from, and the settings it changes from the defaults.</summary>
/// <remarks>Keys inside <see cref="Policy"/> and <see cref="Engine"/> are those of <see cref="PolicySpec"/> and the engine's
/// settings.</remarks>
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

    /// <summary>The rules one by one, where the preset states them.</summary>
    public IReadOnlyList<PolicyRule>? Rules { get; init; }

    /// <summary>Choices made where the source is silent, and known differences.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    internal CatalogFault? Check() => Name.Length == 0 ? new CatalogFault("name", "a name", "an empty text") : null;
}

/// <summary>One rule of a policy.</summary>
/// <param name="Rule">What happens.</param>
/// <param name="Source">Who says so; of an open rule, what is known and why the default is what it is.</param>
/// <param name="Knob">The setting that changes it; its default is the preset's value.</param>
/// <param name="Open">The paper leaves it open.</param>
public sealed record PolicyRule(string Rule, string Source, string? Knob = null, bool Open = false);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(PolicyPreset))]
internal sealed partial class PresetJson : JsonSerializerContext;
