using ELLM.Sim.Hardware;

namespace ELLM.Sim.Policies;

/// <summary>The policies the project ships (configs/policies), and users' own files.</summary>
public static class PresetCatalog
{
    private static readonly Catalog<PolicyPreset> Shipped = new("policy", "policies", PresetJson.Default.PolicyPreset,
        preset => preset.Check());

    /// <summary>From least to most elastic: the order of comparison tables. Shipped presets that are not named here come last.</summary>
    private static readonly string[] Order =
        ["static", "orca-max", "orca-pow2", "orca-oracle", "vllm", "vllm-cp", "vllm-v1", "sarathi", "vtensor", "vattention",
        "layerkv", "layerkv-no-slo", "ellm", "ellm-gpu", "ellm-no-slo", "ellm-sync", "live-bytes"];

    /// <summary>Names that presets had once.</summary>
    private static readonly Dictionary<string, string> Former = new(StringComparer.OrdinalIgnoreCase) { ["oracle"] = "live-bytes" };

    public static IReadOnlyList<string> Names { get; } =
        [.. Order.Where(Shipped.Names.Contains), .. Shipped.Names.Except(Order)];

    /// <inheritdoc cref="Catalog{T}.Load"/>
    public static PolicyPreset Load(string nameOrPath) => Shipped.Load(Current(nameOrPath));

    /// <summary>What a preset is called now: a former name of one, or the name or path itself.</summary>
    public static string Current(string nameOrPath) => Former.GetValueOrDefault(nameOrPath, nameOrPath);

    /// <inheritdoc cref="Catalog{T}.Parse"/>
    public static PolicyPreset Parse(string source, string json) => Shipped.Parse(source, json);
}
