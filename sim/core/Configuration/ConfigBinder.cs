using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Configuration;

/// <summary>A change of one setting: from a flag (typed) or from <c>--set path=value</c> (text).</summary>
/// <param name="Path">Dotted path.</param>
/// <param name="Text">The value as the user wrote it.</param>
public readonly record struct Assignment(string Path, string Text)
{
    /// <summary>Parses <c>path=value</c>.</summary>
    public static Assignment Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new InputException($"--set {text}: expected path=value, such as policy.overflow=swap");
        return new Assignment(text[..equals].Trim(), text[(equals + 1)..].Trim());
    }
}

/// <summary>Makes a <see cref="RunConfig"/>: defaults, then the preset, then the assignments in order; the last one wins.</summary>
public static class ConfigBinder
{
    public static RunConfig Bind(PolicyPreset preset, IEnumerable<Assignment> assignments)
    {
        JsonObject tree = ToTree(new RunConfig(preset.Name));
        Merge(tree, "policy", preset.Policy, preset.Name);
        Merge(tree, "engine", preset.Engine ?? [], preset.Name);
        foreach (Assignment assignment in assignments)
        {
            if (assignment.Path == "preset")
                throw new InputException("preset: choose the policy with --policy or --policies, not with --set");
            ConfigKey key = ConfigKeys.Find(assignment.Path);
            Put(tree, key.Path, key.Parse(assignment.Text));
        }
        return FromTree(tree);
    }

    /// <summary>The configuration with settings changed.</summary>
    public static RunConfig With(RunConfig config, IEnumerable<Assignment> assignments)
    {
        JsonObject tree = ToTree(config);
        foreach (Assignment assignment in assignments)
        {
            ConfigKey key = ConfigKeys.Find(assignment.Path);
            Put(tree, key.Path, key.Parse(assignment.Text));
        }
        return FromTree(tree);
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
            return tree.Deserialize(ConfigJson.Default.RunConfig) ?? throw new InputException("configuration: expected an object, found null");
        }
        catch (JsonException e)
        {
            throw new InputException($"configuration: {e.Message}", e);
        }
    }

    private static void Merge(JsonObject tree, string section, JsonObject overlay, string preset)
    {
        foreach ((string name, JsonNode? value) in overlay)
        {
            try
            {
                ConfigKey key = ConfigKeys.Find($"{section}.{name}");
                Put(tree, key.Path, key.Check(value));
            }
            catch (InputException e)
            {
                throw new InputException($"policy {preset}: {e.Message}", e);
            }
        }
    }

    private static void Put(JsonObject tree, string path, JsonNode? value)
    {
        string[] parts = path.Split('.');
        JsonObject at = tree;
        foreach (string part in parts[..^1])
            at = at[part]!.AsObject();
        at[parts[^1]] = value;
    }
}
