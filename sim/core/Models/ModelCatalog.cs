using ELLM.Sim.Hardware;

namespace ELLM.Sim.Models;

/// <summary>The models the project ships (configs/models), and users' own files.</summary>
public static class ModelCatalog
{
    private static readonly Catalog<ModelSpec> Shipped = new("model", "models", ModelsJson.Default.ModelSpec, model => model.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static ModelSpec Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static ModelSpec Parse(string source, string json) => Shipped.Parse(source, json);
}
