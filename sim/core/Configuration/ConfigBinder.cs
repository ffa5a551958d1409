using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Makes a <see cref="RunConfig"/>: defaults, then the preset, then the assignments in order; the last one wins.</summary>
/// <remarks>
/// Roles come first: they say which knobs <c>policy.*</c> has. Of a preset, knobs of parts that assignments have replaced fall away.
/// Several policies are bound together: a knob reaches those that have it, and one that none has is an error.
/// </remarks>
public static class ConfigBinder
{
    private static readonly string[] Roles = ["layout", "boundary", "overflow", "scheduler"];

    /// <exception cref="InputException">An unknown setting, a wrong value, or a knob that the policy does not have.</exception>
    public static RunConfig Bind(PolicyPreset preset, IEnumerable<Assignment> assignments) => Bind([preset], assignments)[0];

    /// <summary>One configuration a preset, in their order.</summary>
    /// <exception cref="InputException">An unknown setting, a wrong value, or a knob that no policy has.</exception>
    public static IReadOnlyList<RunConfig> Bind(IEnumerable<PolicyPreset> presets, IEnumerable<Assignment> assignments)
    {
        IReadOnlyList<Assignment> list = [.. assignments];
        RunConfig[] configs = [.. presets.Select(preset => BindHeld(preset, list))];
        RequireHeld(list.Select(a => a.Path), configs);
        RequireSamePool(configs);
        return configs;
    }

    /// <summary>A comparison under a stated pool is one of equal bytes.</summary>
    private static void RequireSamePool(RunConfig[] configs)
    {
        int[] blocks = [.. configs.Where(c => c.Memory.KvBlocks is not null)
            .Select(c => DeploymentSizes.BlocksOf(c.Policy, LayoutCatalog.Find(c.Policy.Layout))).Distinct().Order()];
        if (blocks.Length > 1)
        {
            throw new InputException($"memory.kv_blocks: the policies' blocks hold {string.Join(" and ", blocks)} tokens, so their pools "
                + "would differ: state memory.kv_tokens");
        }
    }

    /// <summary>The configurations with settings changed.</summary>
    /// <exception cref="InputException">As <see cref="Bind(IEnumerable{PolicyPreset}, IEnumerable{Assignment})"/>.</exception>
    public static IReadOnlyList<RunConfig> With(IEnumerable<RunConfig> configs, IEnumerable<Assignment> assignments)
    {
        (ConfigKey, JsonNode?)[] changes = [.. assignments.Select(Parse)];
        RunConfig[] changed = [.. configs.Select(config =>
        {
            JsonObject tree = ToTree(config);
            Apply(tree, changes);
            return FromTree(tree);
        })];
        RequireHeld(changes.Select(c => c.Item1.Path), changed);
        return changed;
    }

    /// <summary>As <see cref="Bind(PolicyPreset, IEnumerable{Assignment})"/>, without knobs that the policy does not have: others
    /// beside it may.</summary>
    internal static RunConfig BindHeld(PolicyPreset preset, IEnumerable<Assignment> assignments)
    {
        JsonObject tree = ToTree(new RunConfig(preset.Name));
        try
        {
            Apply(tree, [.. Overlay("policy", preset.Policy), .. Overlay("engine", preset.Engine ?? [])]);
            RequireHeld(preset.Policy.Select(p => "policy." + p.Key), [FromTree(tree)]);
        }
        catch (InputException e)
        {
            throw new InputException($"policy {preset.Name}: {e.Message}", e);
        }
        Apply(tree, [.. assignments.Select(Parse)]);
        return FromTree(tree);
    }

    /// <exception cref="InputException">A path is a knob that none of the configurations' policies has.</exception>
    internal static void RequireHeld(IEnumerable<string> paths, IReadOnlyCollection<RunConfig> configs)
    {
        const string Policy = "policy.";
        HashSet<string> held = [.. configs.Select(c => c.Policy).Distinct()
            .SelectMany(policy => PolicyParts.Of(policy).Select(p => p.Knobs).Prepend(policy))
            .SelectMany(Knob.Of)
            .Select(knob => Policy + knob.Key)];
        string? lost = paths.FirstOrDefault(path => path.StartsWith(Policy, StringComparison.Ordinal) && !held.Contains(path));
        if (lost is not null)
            throw new InputException(PolicyParts.NotHeld(lost[Policy.Length..]));
    }

    /// <summary>The resolved configuration as it stands in summary.json, defaults included.</summary>
    public static JsonObject ToTree(RunConfig config) =>
        JsonSerializer.SerializeToNode(config, ConfigJson.Default.RunConfig)!.AsObject();

    /// <summary>Reads back what <see cref="ToTree"/> wrote.</summary>
    /// <exception cref="InputException">Unknown, missing or wrong values.</exception>
    public static RunConfig FromTree(JsonObject tree)
    {
        try
        {
            return tree.Deserialize(ConfigJson.Default.RunConfig)
                ?? throw new InputException("configuration: expected an object, found null");
        }
        catch (JsonException e)
        {
            throw new InputException($"configuration: {e.Message}", e);
        }
    }

    private static (ConfigKey Key, JsonNode? Value) Parse(Assignment assignment)
    {
        if (assignment.Path == "preset")
            throw new InputException("preset: choose the policy with --policy or --policies, not with --set");
        ConfigKey key = ConfigKeys.Find(assignment.Path);
        return (key, key.Parse(assignment.Text));
    }

    private static IEnumerable<(ConfigKey Key, JsonNode? Value)> Overlay(string section, JsonObject overlay) => overlay.Select(entry =>
    {
        ConfigKey key = ConfigKeys.Find($"{section}.{entry.Key}");
        return (key, key.Check(entry.Value));
    });

    private static void Apply(JsonObject tree, IReadOnlyList<(ConfigKey Key, JsonNode? Value)> changes)
    {
        Dictionary<string, JsonNode?> paths = [];
        foreach ((ConfigKey key, JsonNode? value) in changes)
            paths[key.Path] = value;
        JsonObject policy = tree["policy"]!.AsObject();
        foreach (string role in Roles)
        {
            if (paths.TryGetValue("policy." + role, out JsonNode? name))
                policy[role] = name!.DeepClone();
        }
        tree["policy"] = policy = Reshaped(policy);
        foreach ((string path, JsonNode? value) in paths)
        {
            string[] parts = path.Split('.');
            JsonObject at = tree;
            foreach (string part in parts[..^1])
                at = at[part]!.AsObject();
            if (at != policy || at.ContainsKey(parts[^1]))
                at[parts[^1]] = value?.DeepClone();
        }
    }

    /// <summary>The knobs of the parts that the roles name: those there were, and defaults.</summary>
    private static JsonObject Reshaped(JsonObject policy)
    {
        string Role(int i) => policy[Roles[i]]!.GetValue<string>();
        RunConfig fresh = new("") { Policy = new PolicySpec(Role(0), Role(1), Role(2), Role(3)) };
        JsonObject shape = ToTree(fresh)["policy"]!.DeepClone().AsObject();
        foreach ((string key, JsonNode? value) in policy)
        {
            if (shape.ContainsKey(key))
                shape[key] = value?.DeepClone();
        }
        return shape;
    }
}
