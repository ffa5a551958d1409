namespace ELLM.Sim.Hardware;

/// <summary>The GPUs the project ships (configs/gpus), and users' own files.</summary>
public static class GpuCatalog
{
    private static readonly Catalog<GpuSpec> Shipped = new("gpu", "gpus", HardwareJson.Default.GpuSpec, gpu => gpu.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static GpuSpec Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static GpuSpec Parse(string source, string json) => Shipped.Parse(source, json);
}
