using ELLM.Sim.Hardware;

namespace ELLM.Sim.Timing;

/// <summary>The timing profiles the project ships (configs/timing), and users' own files.</summary>
public static class TimingCatalog
{
    private static readonly Catalog<TimingProfile> Shipped =
        new("timing profile", "timing", TimingJson.Default.TimingProfile, profile => profile.Check());

    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static TimingProfile Load(string nameOrPath) => Shipped.Load(nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static TimingProfile Parse(string source, string json) => Shipped.Parse(source, json);
}
