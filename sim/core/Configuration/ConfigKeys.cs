using System.Text.Json.Serialization.Metadata;
using ELLM.Sim.Memory;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Every setting of a run, read from the records that hold them (<see cref="KnobAttribute"/>).</summary>
public static class ConfigKeys
{
    private const string Policy = "policy.";

    private static readonly ConfigKey[] Fixed = [.. Walk(ConfigJson.Default.RunConfig, "")];

    // Replaced when a loaded assembly has added parts.
    private static volatile Tuple<int, ConfigKey[]> _all = Tuple.Create(0, Array.Empty<ConfigKey>());

    /// <summary>In the order of the records; knobs of policies' parts after those of every policy.</summary>
    public static IReadOnlyList<ConfigKey> All
    {
        get
        {
            int parts = LayoutCatalog.All.Count + SchedulerCatalog.All.Count;
            Tuple<int, ConfigKey[]> known = _all;
            if (known.Item1 != parts)
                _all = known = Tuple.Create(parts, WithParts());
            return known.Item2;
        }
    }

    /// <summary>The setting at that path.</summary>
    /// <exception cref="InputException">No such path; the message names the nearest one.</exception>
    public static ConfigKey Find(string path)
    {
        ConfigKey? key = All.FirstOrDefault(k => k.Path == path);
        if (key is not null)
            return key;
        string? near = NearestName.Of(path, All.Select(k => k.Path));

        // A bare key such as max_num_seqs is near none of the dotted paths: look at last parts too.
        near ??= All.FirstOrDefault(k => k.Path.EndsWith("." + path, StringComparison.Ordinal))?.Path;
        string hint = near is null ? "; 'ellm config schema' lists all" : $" (did you mean '{near}'?)";
        throw new InputException($"unknown setting '{path}'{hint}");
    }

    /// <summary>The settings of one policy: knobs that its parts do not have are left out.</summary>
    public static IEnumerable<ConfigKey> Of(PolicySpec policy)
    {
        IReadOnlyList<PolicyPart> chosen = PolicyParts.Of(policy);
        return All.Where(key => key.Owners.Length == 0 || chosen.Any(part => part.Has(key.Path[Policy.Length..])));
    }

    /// <summary>Knobs of all parts stand behind those of every policy; a key that several parts have, once.</summary>
    private static ConfigKey[] WithParts()
    {
        ConfigKey[] parts = [.. PolicyParts.All
            .SelectMany(part => Knob.Of(part.Knobs))
            .DistinctBy(knob => knob.Key)
            .Select(knob => ConfigKey.Of(Policy, knob) with { Owners = PolicyParts.Owners(knob.Key) })];
        int after = Array.FindLastIndex(Fixed, key => key.Path.StartsWith(Policy, StringComparison.Ordinal)) + 1;
        return [.. Fixed[..after], .. parts, .. Fixed[after..]];
    }

    private static IEnumerable<ConfigKey> Walk(JsonTypeInfo type, string prefix)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            string path = prefix + property.Name;
            JsonTypeInfo inner = type.Options.GetTypeInfo(property.PropertyType);
            IEnumerable<ConfigKey> keys = property.PropertyType == typeof(PolicySpec) ? Knob.Of(new PolicySpec()).Select(knob => ConfigKey.Of(Policy, knob))
                : inner.Kind == JsonTypeInfoKind.Object ? Walk(inner, path + ".")
                : [Key(path, property)];
            foreach (ConfigKey key in keys)
                yield return key;
        }
    }

    private static ConfigKey Key(string path, JsonPropertyInfo property)
    {
        KnobAttribute says = property.AttributeProvider?.GetCustomAttributes(typeof(KnobAttribute), inherit: false) is [KnobAttribute one]
            ? one
            : throw new InvalidOperationException($"{path} has no {nameof(KnobAttribute)}");
        return new ConfigKey(path, property.PropertyType, says.Meaning, Knob.WordsOf(property.PropertyType, says), says.Min, says.Max);
    }
}
