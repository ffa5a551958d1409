using ELLM.Sim.Hardware;

namespace ELLM.Sim.Timing;

/// <summary>Host overhead of one engine, whatever the device (configs/timing/overheads). Microseconds.</summary>
/// <param name="Name">Catalog key: a value of engine.overhead.</param>
/// <param name="FixedUs">Every iteration.</param>
/// <param name="PerSequenceUs">For each sequence of the iteration.</param>
/// <param name="FloorUsPerLayer">Least host time to launch one layer.</param>
/// <param name="Graphs">The engine replays CUDA graphs: decode batches are padded to captured sizes.</param>
/// <param name="Source">Where the numbers come from.</param>
public sealed record NamedOverhead(string Name, double FixedUs, double PerSequenceUs, double FloorUsPerLayer, bool Graphs, string Source)
{
    public EngineOverhead Overhead => new(FixedUs, PerSequenceUs, FloorUsPerLayer, Source, Borrowed: false);

    internal CatalogFault? Check() =>
        TimingChecks.Us("fixed_us", FixedUs) ?? TimingChecks.Us("per_sequence_us", PerSequenceUs)
            ?? TimingChecks.Us("floor_us_per_layer", FloorUsPerLayer);
}

/// <summary>The engine overheads the project ships, and users' own files.</summary>
public static class OverheadCatalog
{
    private static readonly Catalog<NamedOverhead> Shipped =
        new("engine overhead", "timing/overheads", TimingJson.Default.NamedOverhead, overhead => overhead.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static NamedOverhead Load(string nameOrPath) => Shipped.Load(nameOrPath);
}
