using System.Text.Json;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Memory.Engines;

/// <summary>The engines whose start-up memory is known (configs/engines), release by release.</summary>
public static class EngineCatalog
{
    private static readonly Catalog<EngineSheet> Shipped = new("engine", "engines", EnginesJson.Default.EngineSheet, sheet => sheet.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static EngineSheet Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static EngineSheet Parse(string source, string json) => Shipped.Parse(source, json);

    /// <summary>The first release with the same facts, in the same form: two that differ in name only are one deployment.</summary>
    /// <exception cref="InputException">As <see cref="Release"/>.</exception>
    public static string FirstAlike(string text) => $"{text[..text.LastIndexOf('-')]}-{Release(text).From}";

    /// <summary>The facts of a release written as engine and version: <c>vllm-0.19</c>.</summary>
    /// <exception cref="InputException">Unknown engine, no version, or one older than what is known.</exception>
    public static EngineRelease Release(string text)
    {
        int dash = text.LastIndexOf('-');
        if (dash < 1 || !EngineVersion.TryParse(text[(dash + 1)..], out EngineVersion version))
            throw new InputException($"engine.release: expected an engine and its version such as vllm-0.19, found {text}");
        return Load(text[..dash]).At(version);
    }
}

/// <summary>An engine's releases, oldest first.</summary>
/// <param name="Schema">For editors only.</param>
public sealed record EngineSheet(
    string Name,
    string Source,
    IReadOnlyList<EngineRelease> Releases,
    [property: JsonPropertyName("$schema")] string? Schema = null)
{
    /// <summary>The latest release listed that is not newer than <paramref name="version"/>.</summary>
    /// <exception cref="InputException">Older than the first one listed.</exception>
    public EngineRelease At(EngineVersion version) =>
        Releases.LastOrDefault(release => VersionOf(release) <= version)
        ?? throw new InputException($"engine.release: expected {Name}-{Releases[0].From} or later, found {version.Major}.{version.Minor}");

    internal CatalogFault? Check()
    {
        if (Releases.Count == 0)
            return new CatalogFault("releases", "at least one release", "none");
        foreach (EngineRelease release in Releases)
        {
            if (release.Check() is CatalogFault fault)
                return fault;
        }
        for (int i = 1; i < Releases.Count; i++)
        {
            if (VersionOf(Releases[i]) <= VersionOf(Releases[i - 1]))
                return new CatalogFault("from", $"a version after {Releases[i - 1].From}", Releases[i].From);
        }
        return null;
    }

    private static EngineVersion VersionOf(EngineRelease release) =>
        EngineVersion.TryParse(release.From, out EngineVersion version) ? version : default;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(EngineSheet))]
internal sealed partial class EnginesJson : JsonSerializerContext;
