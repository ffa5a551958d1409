using System.Collections.Concurrent;
using ELLM.Sim.Files;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models.Hub;

namespace ELLM.Sim.Models;

/// <summary>The models the project ships (configs/models), users' own files, and configurations as they are published.</summary>
public static class ModelCatalog
{
    private static readonly Catalog<ModelSpec> Shipped = new("model", "models", ModelsJson.Default.ModelSpec, model => model.Check());

    private static readonly ConcurrentDictionary<string, ModelSpec> Known = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <summary>The shipped model of that name or hub name, the model of a file, or the published configuration (config.json) of a
    /// file or folder.</summary>
    /// <exception cref="InputException">Unknown name, unreadable file, or a fault in it.</exception>
    public static ModelSpec Load(string nameOrPath)
    {
        if (Shipped.Names.FirstOrDefault(known => known.Equals(nameOrPath, StringComparison.OrdinalIgnoreCase)) is string name)
            return Known.GetOrAdd(name, Shipped.Load);
        if (Directory.Exists(nameOrPath) && Path.Combine(nameOrPath, HubConfig.FileName) is string inside && File.Exists(inside))
            return Parse(inside, FileGuard.Text(inside));
        if (!File.Exists(nameOrPath) && HubName.Parts(nameOrPath) is not null)
            return OfHub(nameOrPath);
        (string source, string json) = Shipped.Read(nameOrPath);
        return Parse(source, json);
    }

    /// <summary>Parses and checks a model file of either form; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="InputException">A fault in it.</exception>
    public static ModelSpec Parse(string source, string json)
    {
        if (!HubConfig.IsOne(json))
            return Shipped.Parse(source, json);
        ModelSpec model = HubConfig.Read(source, json, Quantisation(source));
        return model.Check() is { } wrong
            ? throw new InputException($"{source}: {wrong.Key}: expected {wrong.Expected}, found {wrong.Found}") : model;
    }

    private static ModelSpec OfHub(string hub)
    {
        foreach (string name in Shipped.Names)
        {
            ModelSpec model = Known.GetOrAdd(name, Shipped.Load);
            if (model.Hub?.Contains(hub, StringComparer.OrdinalIgnoreCase) ?? false)
                return model;
        }
        throw new InputException($"{hub}: no such file, and no shipped model has this hub name; its config.json can be given instead");
    }

    /// <summary>Quantisation tools of NVIDIA write their part into a file beside the configuration.</summary>
    private static string? Quantisation(string source)
    {
        string beside = Path.Combine(Path.GetDirectoryName(source) ?? "", HubConfig.QuantisationFileName);
        return File.Exists(source) && File.Exists(beside) ? FileGuard.Text(beside) : null;
    }
}
