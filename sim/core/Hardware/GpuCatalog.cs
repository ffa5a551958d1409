namespace ELLM.Sim.Hardware;

/// <summary>The GPUs the project ships (configs/gpus), and users' own files.</summary>
public static class GpuCatalog
{
    private static readonly Catalog<GpuSpec> Shipped = new("gpu", "gpus", HardwareJson.Default.GpuSpec, gpu => gpu.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static GpuSpec Load(string nameOrPath) => Shipped.Load(NameOf(nameOrPath));

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static GpuSpec Parse(string source, string json) => Shipped.Parse(source, json);

    /// <summary>The shipped GPU that is meant by a name as people and tools write it: A100, NVIDIA H100 80GB HBM3, RTX4090.</summary>
    /// <returns>The text itself for a path, and where no shipped GPU is meant.</returns>
    public static string NameOf(string text) =>
        Catalog<GpuSpec>.IsPath(text) ? text : GpuNames.Meant(text, [.. Names.Select(n => (n, MemoryGb(n)))]) ?? text;

    /// <summary>The number on the box: what the driver shows is up to 8 % less.</summary>
    private static double MemoryGb(string name) => Shipped.Load(name).MemoryVisibleMib / 1024.0;
}
