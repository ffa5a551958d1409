using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>Which models share the GPUs, and where the requests of each come from (configs/colocation, or a file of the user's).</summary>
/// <param name="Name">Of the map; names the trace that is made of the models' own traces.</param>
/// <param name="Source">Why these models.</param>
/// <param name="Models">One engine each, resident from start to end: weights are not swapped.</param>
public sealed record ModelMap(string Name, string Source, IReadOnlyList<MappedModel> Models)
{
    public string Description { get; init; } = "";

    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>The models bring their own requests; otherwise a trace with a model column does.</summary>
    [JsonIgnore]
    public bool HasTraces => Models.Any(m => m.Trace is not null || m.Workload is not null);

    /// <summary>Index of the model that a trace calls by that name, or -1. Traces drawn from model_shares say model-3 where 3 is
    /// meant.</summary>
    public int IndexOf(string name)
    {
        const string Drawn = "model-";
        for (int i = 0; i < Models.Count; i++)
        {
            string id = Models[i].Id;
            if (id == name || (name.StartsWith(Drawn, StringComparison.Ordinal) && name.AsSpan(Drawn.Length).SequenceEqual(id)))
                return i;
        }
        return -1;
    }

    internal CatalogFault? Check()
    {
        if (Models.Count == 0)
            return new CatalogFault("models", "at least one model", "none");
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (MappedModel model in Models)
        {
            if (model.Id.Length == 0)
                return new CatalogFault("id", "a name", "an empty text");
            if (!ids.Add(model.Id))
                return new CatalogFault("models", "each id once", $"'{model.Id}' twice");
            if (model.Trace is not null && model.Workload is not null)
                return new CatalogFault("workload", $"a trace or a workload for '{model.Id}'", "both");
            if ((model.Trace is not null || model.Workload is not null) != HasTraces)
                return new CatalogFault("models", "requests for every model or for none", $"none for '{model.Id}'");
            if (model.Workload is not null != (model.Requests is > 0) || model.Requests is <= 0)
                return new CatalogFault("requests", $"a positive number where a workload is drawn, for '{model.Id}'",
                    model.Requests is int n ? $"{n}" : "none");
            if (!(model.StartS is >= 0 and < 1e6))
                return new CatalogFault("start_s", "0 to 1000000 seconds", FormattableString.Invariant($"{model.StartS}"));
        }
        return null;
    }
}

/// <summary>One model of a map, served by an engine of its own.</summary>
/// <param name="Id">What the trace calls it.</param>
/// <param name="Model">Model in the catalog, or the path of a model file.</param>
/// <param name="Trace">Its own trace: a file, a shipped trace or a workload preset.</param>
/// <param name="Workload">Or a specification to draw it from.</param>
/// <param name="Requests">Requests to draw.</param>
/// <param name="StartS">Seconds that its own arrivals are moved back.</param>
public sealed record MappedModel(
    string Id, string Model, string? Trace = null, GeneratorSpec? Workload = null, int? Requests = null, double StartS = 0);

/// <summary>The shipped model maps, and users' own files.</summary>
public static class ModelMaps
{
    /// <summary>Used when neither a map nor a trace is named.</summary>
    public const string Default = "staggered";

    /// <summary>Used for the Prism arena trace, in the layout it is published in.</summary>
    public const string Prism = "prism-arena";

    private static readonly Catalog<ModelMap> Shipped = new("model map", "colocation", ColocationJson.Default.ModelMap, map => map.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static ModelMap Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static ModelMap Parse(string source, string json) => Shipped.Parse(source, json);

    /// <summary>A trace that calls its models by names of the catalog needs no map.</summary>
    public static ModelMap OfCatalogNames(IEnumerable<string> names) =>
        new("catalog", "names of the model catalog", [.. names.Select(n => new MappedModel(n, n))]);
}
