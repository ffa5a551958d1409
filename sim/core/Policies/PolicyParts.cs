using System.Text.Json.Nodes;
using ELLM.Sim.Memory;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>What a policy may name in one of its roles.</summary>
/// <param name="Role">layout, boundary, overflow or scheduler.</param>
/// <param name="Name">As the policy names it.</param>
/// <param name="Knobs">Its knobs with their defaults.</param>
public sealed record PolicyPart(string Role, string Name, KnobSet Knobs)
{
    public bool Has(string key) => Knob.Of(Knobs).Any(k => k.Key == key);
}

/// <summary>Everything that policies are composed of, and whose knob is whose.</summary>
public static class PolicyParts
{
    /// <summary>The shipped parts, and those of a loaded <see cref="PolicyAssembly"/>.</summary>
    public static IEnumerable<PolicyPart> All =>
    [
        .. LayoutCatalog.All.Select(Part),
        .. OverflowCatalog.All.Select(Part),
        .. SchedulerCatalog.All.Select(Part),
    ];

    /// <summary>The parts that a policy chose.</summary>
    /// <exception cref="InputException">It names one that does not exist.</exception>
    public static IReadOnlyList<PolicyPart> Of(PolicySpec policy) =>
        [Part(LayoutCatalog.Find(policy.Layout)), Part(OverflowCatalog.Find(policy.Overflow)), Part(SchedulerCatalog.Find(policy.Scheduler))];

    /// <summary>Who has a knob: <c>layout paged, layer-paged</c>; empty for those of every policy.</summary>
    public static string Owners(string key) =>
        string.Join("; ", All.Where(p => p.Has(key)).GroupBy(p => p.Role).Select(role => $"{role.Key} {string.Join(", ", role.Select(p => p.Name))}"));

    /// <summary>What a knob is when nothing is said of it.</summary>
    public static JsonNode? DefaultOf(string key) => All.Select(p => p.Knobs).Prepend(new PolicySpec())
        .SelectMany(set => Knob.Of(set).Where(k => k.Key == key).Select(k => k.Get(set)))
        .First();

    /// <summary>What is wrong with a knob that none of the chosen parts has.</summary>
    public static string NotHeld(string key) => Owners(key) is { Length: > 0 } owners
        ? $"policy.{key}: belongs to {owners}, which no chosen policy has"
        : $"policy.{key}: no part of a policy has such a knob";

    /// <summary>Why parts cannot join the others: one key would mean two things. Null when they can.</summary>
    internal static string? Clash(IEnumerable<PolicyPart> more)
    {
        List<PolicyPart> known = [new PolicyPart("policy", "itself", new PolicySpec()), .. All];
        foreach (PolicyPart part in more)
        {
            foreach (Knob knob in Knob.Of(part.Knobs))
            {
                foreach (PolicyPart other in known.Where(o => o.Has(knob.Key)))
                {
                    Knob there = Knob.Of(other.Knobs).First(k => k.Key == knob.Key);
                    if (other.Role != part.Role || (there.Type, there.Min, there.Max) != (knob.Type, knob.Min, knob.Max))
                        return $"the knob {knob.Key} of {part.Name} is taken by {other.Role} {other.Name}: give it a name of its own";
                }
            }
            known.Add(part);
        }
        return null;
    }

    internal static PolicyPart Part(LayoutEntry entry) => new("layout", entry.Name, entry.Knobs);

    internal static PolicyPart Part(OverflowEntry entry) => new("overflow", entry.Name, entry.Knobs);

    internal static PolicyPart Part(SchedulerEntry entry) => new("scheduler", entry.Name, entry.Knobs);
}
