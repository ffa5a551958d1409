using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Experiments.Fleets;

/// <summary>A fleet as its file states it: deployments side by side behind one router.</summary>
/// <param name="Name">Of the fleet.</param>
/// <param name="Deployments">At least one; the objectives of the fleet are those of the first.</param>
public sealed record FleetSpec(string Name, IReadOnlyList<FleetPart> Deployments)
{
    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    public string? Description { get; init; }

    /// <summary>Trace, workload or stream that it serves where none is named.</summary>
    public string? Workload { get; init; }

    /// <summary>As <c>engine.router</c>; null: round robin.</summary>
    public string? Router { get; init; }

    /// <summary>Objectives as <c>--slo</c> takes them.</summary>
    public string? Slo { get; init; }

    /// <summary>By GPU: how many there are, and what one costs.</summary>
    public IReadOnlyDictionary<string, GpuSupply>? Supply { get; init; }

    internal CatalogFault? Check()
    {
        if (Deployments.Count == 0)
            return new CatalogFault("deployments", "at least one", "none");
        string? twice = Deployments.GroupBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            return new CatalogFault("deployments", "names of their own", $"{twice} twice");
        return Deployments.Select(d => d.Check()).Concat((Supply ?? new Dictionary<string, GpuSupply>()).Values.Select(s => s.Check()))
            .FirstOrDefault(fault => fault is not null);
    }
}

/// <summary>Replicas of one kind.</summary>
/// <param name="Name">Of their row.</param>
/// <param name="Replicas">At least 1.</param>
public sealed record FleetPart(
    string Name, int Replicas, string Policy = "vllm", string Model = "llama-3.1-8b", string Gpu = "a100-80", int Tp = 1, int Pp = 1)
{
    /// <summary>Further settings, as <c>--set</c> takes them.</summary>
    public JsonObject? Set { get; init; }

    internal CatalogFault? Check() => Name.Length == 0
        ? new CatalogFault("name", "a name", "an empty text")
        : ValueRange.Fault("replicas", Replicas, 1, ushort.MaxValue - 1);
}

/// <summary>What there is of a GPU.</summary>
/// <param name="Max">GPUs; null: as many as are asked for.</param>
/// <param name="UsdPerHour">What one costs; null: its list price.</param>
public sealed record GpuSupply(int? Max = null, double? UsdPerHour = null)
{
    internal CatalogFault? Check() =>
        ValueRange.Fault("max", Max ?? 1, 1, int.MaxValue) ?? ValueRange.Fault("usd_per_hour", UsdPerHour ?? 1, 1e-6, 1e9);
}

/// <summary>The fleets the project ships (configs/fleets), and users' own files.</summary>
public static class FleetCatalog
{
    private static readonly Catalog<FleetSpec> Shipped = new("fleet", "fleets", FleetJson.Default.FleetSpec, spec => spec.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static FleetSpec Load(string nameOrPath) => Shipped.Load(nameOrPath);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(FleetSpec))]
internal sealed partial class FleetJson : JsonSerializerContext;
