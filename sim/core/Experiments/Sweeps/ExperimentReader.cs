using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Reads the blocks of an experiment file; faults name the file and the line of the key they are about.</summary>
internal sealed class ExperimentReader(string source, string json, ExperimentSpec spec)
{
    /// <summary>Shared settings by their full names: nested objects are flattened, the objectives among them.</summary>
    public Dictionary<string, JsonNode?> Base()
    {
        Dictionary<string, JsonNode?> settings = new(StringComparer.Ordinal);
        Flatten(spec.Base ?? [], "", settings);
        foreach (Assignment objective in spec.Slo is null ? [] : At("slo", () => SloText.Parse(spec.Slo)))
            Put(settings, objective.Path, ConfigKeys.Find(objective.Path).Parse(objective.Text));
        return settings;
    }

    /// <summary>Zip, then what is sampled, then every axis of the grid.</summary>
    public List<ExperimentPoints.Leg> Legs(Dictionary<string, JsonNode?> settings)
    {
        List<ExperimentPoints.Leg> legs = [];
        if (spec.Random is not null && spec.Sobol is not null)
            throw Fault("sobol", "random and sobol: expected one of them, found both");
        if (spec.Zip is JsonObject zip)
            legs.Add(Zip(zip));
        if ((spec.Random ?? spec.Sobol) is SampledSpec sampled)
        {
            IReadOnlyList<Axis> axes =
                At(spec.Sobol is null ? "random" : "sobol", () => SampledAxes.Draw(sampled, sobol: spec.Sobol is not null));
            legs.Add(new ExperimentPoints.Leg(axes, sampled.Samples));
        }
        if (spec.Grid is { Count: 0 })
            throw Fault("grid", "grid: expected at least one axis, found none");
        foreach ((string name, JsonNode? node) in spec.Grid ?? [])
        {
            Axis axis = At(name, () => Axis.OfList(name, node));
            legs.Add(new ExperimentPoints.Leg([axis], axis.Values.Count));
        }
        HashSet<string> taken = [.. settings.Keys];
        foreach (Axis axis in legs.SelectMany(leg => leg.Axes))
        {
            if (!taken.Add(axis.Setting.Name))
                throw Fault(axis.Setting.Name,
                    $"{axis.Setting.Name}: set in one place of base, slo, zip, random, sobol and grid, found in two");
        }
        return legs;
    }

    public PointFilter[] Filters(string block, IReadOnlyList<JsonObject>? filters, IReadOnlyCollection<string> names) =>
        [.. (filters ?? []).Select(conditions => At(block, () => new PointFilter(block, conditions, names)))];

    /// <summary>Work whose faults are about the whole file.</summary>
    public T Whole<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InputException e)
        {
            throw new InputException($"{source}: {e.Message}", e);
        }
    }

    private ExperimentPoints.Leg Zip(JsonObject zip)
    {
        if (zip.Count == 0)
            throw Fault("zip", "zip: expected at least one axis, found none");
        Axis[] axes = [.. zip.Select(axis => At(axis.Key, () => Axis.OfList(axis.Key, axis.Value)))];
        Axis? other = Array.Find(axes, a => a.Values.Count != axes[0].Values.Count);
        if (other is not null)
            throw Fault("zip",
                $"zip: expected axes of one length, found {axes[0].Values.Count} values of {axes[0].Setting.Name} and "
                    + $"{other.Values.Count} of {other.Setting.Name}");
        return new ExperimentPoints.Leg(axes, axes[0].Values.Count);
    }

    private void Flatten(JsonObject block, string prefix, Dictionary<string, JsonNode?> settings)
    {
        foreach ((string name, JsonNode? node) in block)
        {
            if (node is JsonObject inner)
                Flatten(inner, $"{prefix}{name}.", settings);
            else
                At(name, () => Put(settings, prefix + name, AxisSetting.Find(prefix + name).Check(node)));
        }
    }

    private bool Put(Dictionary<string, JsonNode?> settings, string name, JsonNode? value) =>
        settings.TryAdd(name, value) ? true : throw Fault(name, $"{name}: given twice");

    private T At<T>(string key, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InputException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal))
        {
            throw Fault(key, e.Message);
        }
    }

    private InputException Fault(string key, string message)
    {
        int at = json.IndexOf($"\"{key}\"", StringComparison.Ordinal);
        int line = at < 0 ? 1 : json.AsSpan(0, at).Count('\n') + 1;
        return new InputException(FormattableString.Invariant($"{source}:{line}: {message}"));
    }
}
