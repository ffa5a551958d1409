using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Numerics;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>The settings of <see cref="ColocationSpec"/> as <c>--set colocation.key=value</c>.</summary>
public static class ColocationKeys
{
    private const string Prefix = "colocation.";

    private static readonly IReadOnlyList<Knob> Knobs = Knob.Of(new ColocationSpec());

    public static IReadOnlyList<ConfigKey> All { get; } = [.. Knobs.Select(knob => ConfigKey.Of(Prefix, knob))];

    /// <summary>Takes the assignments that are meant for the division of memory; the others are left for the engines.</summary>
    /// <exception cref="InputException">An unknown setting or a wrong value.</exception>
    public static (ColocationSpec Spec, IReadOnlyList<Assignment> Others) Take(IEnumerable<Assignment> assignments)
    {
        ColocationSpec spec = new();
        List<Assignment> others = [];
        foreach (Assignment assignment in assignments)
        {
            if (assignment.Path.StartsWith(Prefix, StringComparison.Ordinal))
                spec = With(spec, assignment);
            else
                others.Add(assignment);
        }
        if (spec.PageMib % 2 != 0)
            throw new InputException(
                $"colocation.page_mib: expected a multiple of 2, the granularity of CUDA's virtual memory, found {spec.PageMib}");
        if (spec.ReserveMax < spec.ReserveMin)
            throw new InputException($"colocation.reserve_max: expected at least reserve_min ({spec.ReserveMin}), found {spec.ReserveMax}");
        return (spec, others);
    }

    public static JsonObject ToTree(ColocationSpec spec) => [.. Knobs.Select(knob => KeyValuePair.Create(knob.Key, knob.Get(spec)))];

    private static ColocationSpec With(ColocationSpec spec, Assignment assignment)
    {
        ConfigKey key = All.FirstOrDefault(k => k.Path == assignment.Path)
            ?? throw new InputException(NearestName.Message("setting", assignment.Path, [.. All.Select(k => k.Path)]));
        ColocationSpec changed = spec with { };
        Knobs.First(k => k.Key == key.Path[Prefix.Length..]).Put(changed, key.Parse(assignment.Text));
        return changed;
    }
}
